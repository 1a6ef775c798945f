import { passwordPolicies } from '../core/passwords/index.ts'
import { maxAccessLifetime, signingAlgorithms } from '../core/tokens/index.ts'
import * as parse from './parsers.ts'
import type { Setting, SettingName, Settings } from './setting.ts'
import { sessionSettings } from './settings-sessions.ts'

/** `host` here is `SALLYPORT_HOST` in the environment. */
const settings: { readonly [Name in SettingName]: Setting<Settings[Name]> } = {
  host: {
    about: 'address to listen on',
    default: '127.0.0.1',
    reason: 'reachable from this machine only, until you decide otherwise',
    parse: parse.text(255),
  },
  port: {
    about: 'port to listen on',
    default: '8000',
    reason: '',
    parse: parse.wholeNumber(1, 65_535),
  },
  url: {
    about: 'public address, as browsers see it; cookies, origin checks and links follow it',
    reason: '`http://127.0.0.1:PORT`; over https from anywhere else',
    parse: parse.publicAddress,
  },
  allow_insecure_http: {
    about: 'accept a public address that is http and not loopback',
    default: 'false',
    reason: 'passwords and cookies would cross the network readable',
    parse: parse.flag,
  },
  trusted_proxies: {
    about: 'addresses or networks of proxies whose `X-Forwarded-For` or `Forwarded` is believed',
    default: '',
    reason: 'anyone can write these headers; a proxy has to write one and to drop the other',
    parse: parse.networks,
  },
  management_host: {
    about: 'address of the management listener (health, metrics)',
    default: '127.0.0.1',
    reason: 'operational facts are nobody else’s business',
    parse: parse.text(255),
  },
  management_port: {
    about: 'port of the management listener',
    reason: 'PORT + 1000 (9000)',
    parse: parse.wholeNumber(1, 65_535),
  },
  data_dir: {
    about: 'folder for the SQLite database and the master key',
    default: 'data',
    reason: 'made at first start, for its owner only',
    parse: parse.text(4096),
  },
  database_url: {
    about: 'PostgreSQL database (15 or later)',
    reason: 'SQLite in the data folder',
    parse: parse.postgresAddress,
    secret: true,
  },
  migrations: {
    about:
      '`auto` migrates the database at start; `manual` refuses to start when something is pending',
    default: 'auto',
    reason: 'safe with several nodes: one migrates, the others wait',
    parse: parse.choice(['auto', 'manual']),
  },
  secret: {
    about:
      'master key: 32 random characters or more; several separated by commas, the first makes, all are understood',
    reason:
      'made at first start and kept in the data folder; nodes that share a database must share it',
    parse: parse.masterKeys,
    secret: true,
  },
  service_name: {
    about: 'what people see as the name of this service',
    default: 'Sallyport',
    reason: '',
    parse: parse.text(60),
  },
  password_policy: {
    about:
      'which passwords may be chosen: `strength` (12 characters or more, hard to guess), `nist` (15 or more, none that are tried first), `composition` (12 or more with upper case, lower case, digit and special character)',
    default: 'strength',
    reason: 'length protects; composition rules do not (NIST SP 800-63B-4)',
    parse: parse.choice(passwordPolicies),
  },
  password_schemes: {
    about:
      'schemes of password hashes that are accepted: the first makes new ones, the others are replaced at the next sign-in; `import` stands for all that are not broken',
    default: 'argon2id, import',
    reason: 'users of any other system can be brought along; argon2id is OWASP’s first choice',
    parse: parse.schemeNames,
  },
  password_cost: {
    about:
      'cost of new password hashes, where it is not the scheme’s default, such as `memory=65536,passes=3`',
    reason:
      'argon2id: `memory=19456,passes=2,lanes=1`; measure with `sallyport passwords calibrate`',
    parse: parse.schemeCost,
  },
  password_pepper: {
    about:
      'keys that are mixed into passwords before they are hashed, as `id:key`; several separated by commas, the first makes, all are understood. Without its key a hash is worth nothing, to you as well',
    reason: 'none: a key that is lost locks everybody out',
    parse: parse.namedKeys,
    secret: true,
  },
  breached_passwords_url: {
    about:
      'where to ask for breached passwords by the first five digits of a hash, such as `https://api.pwnedpasswords.com/range/`; https, or http on this machine',
    reason: 'off: it talks to somebody else’s server; those in force already are not asked about',
    parse: parse.rangesAddress,
  },
  ...sessionSettings,
  token_algorithm: {
    about:
      'what signs access tokens; HS256 can be verified here only. Another one begins at the next start',
    default: 'EdDSA',
    reason: 'short and quick; ES256 or RS256 for what cannot verify Ed25519',
    parse: parse.choice(signingAlgorithms),
  },
  token_audience: {
    about: 'whom access tokens are for: `aud`, which services that take them must ask for',
    reason: 'the public address',
    parse: parse.text(255),
  },
  token_key_rotation: {
    about: 'how long a key signs access tokens; the next one is published a day ahead',
    default: '90d',
    reason: 'nobody has to remember; nobody is signed out',
    parse: parse.duration('2d', '730d'),
  },
  access_token_lifetime: {
    about: 'how long an access token is good for where only its signature is looked at',
    default: '15m',
    reason: 'that long a sign-out may go unnoticed by services that do not ask',
    // What a key has signed is accepted for as long.
    parse: parse.duration('1m', parse.writeDuration(maxAccessLifetime)),
  },
  refresh_token_idle: {
    about: 'a sign-in with tokens ends when it is not refreshed for this long',
    default: '7d',
    reason: 'a program that is opened once a week stays signed in',
    parse: parse.duration('1m', '365d'),
  },
  refresh_token_lifetime: {
    about: 'a sign-in with tokens ends after this long, refreshed or not',
    default: '30d',
    reason: 'NIST SP 800-63B-4, AAL1: at most 30 days',
    parse: parse.duration('1m', '365d'),
  },
  password_grant: {
    about: 'whether `POST /token` takes passwords (`grant_type=password`), from your own programs',
    default: 'true',
    reason:
      'what many programs and tools know; RFC 9700 advises against it for those of others, which cannot',
    parse: parse.flag,
  },
  resource_servers: {
    about:
      'services that may ask `POST /introspect` whether an access token is good, as `id:secret`; several separated by commas',
    reason: 'none: services verify signatures by themselves',
    parse: parse.namedKeys,
    secret: true,
  },
  workers: {
    about:
      'server processes that share the port; `auto`, one for each core. Each opens up to 11 connections to PostgreSQL',
    default: '1',
    reason:
      'one core answers tens of thousands of session checks per second, and passwords have threads of their own',
    parse: parse.workerCount,
  },
  hash_threads: {
    about:
      'threads that hash passwords, in each worker; each needs the memory of one hash, 19 MiB by default',
    reason: 'one for each core, shared out among the workers',
    parse: parse.wholeNumber(1, 256),
  },
  hash_queue: {
    about: 'hashes that may wait, in each worker; beyond it the answer is 503 with Retry-After',
    default: '128',
    reason:
      'a wait of about a second and a half on two cores; with several workers at most 64 for each thread, for the same wait',
    parse: parse.wholeNumber(1, 100_000),
  },
  log_level: {
    about: 'least important level that is logged',
    default: 'info',
    reason: '',
    parse: parse.choice(['debug', 'info', 'warn', 'error', 'silent']),
  },
  shutdown_grace: {
    about: 'how long requests in flight may take to finish after SIGTERM',
    default: '8s',
    reason: 'container runtimes kill after 10 s',
    parse: parse.duration('0s', '10m'),
  },
}

export const settingNames: readonly SettingName[] = Object.keys(settings) as SettingName[]

/** `session_idle` is `SALLYPORT_SESSION_IDLE`. */
export function environmentName(name: SettingName): string {
  return `SALLYPORT_${name.toUpperCase()}`
}

export function settingOf<Name extends SettingName>(name: Name): Setting<Settings[Name]> {
  return settings[name]
}
