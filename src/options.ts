import { type Configuration, configurationOf, type GivenSettings } from './config/index.ts'
import type { PasswordPolicy } from './core/passwords/index.ts'
import type { Log } from './http/context.ts'
import type { Clock } from './kernel/clock.ts'
import { ConfigurationError } from './kernel/errors.ts'
import type { Random } from './kernel/random.ts'

/**
 * How an application sets up its authentication. Every option has a default, and means what the
 * setting of the same name means to the server: see docs/reference/configuration.md.
 */
export interface AuthOptions {
  /** Public address as browsers see it, such as `https://app.example.com`. Default `http://127.0.0.1:8000`. */
  readonly url?: string
  /** Accept a `url` that is http and not loopback: passwords cross the network readable. */
  readonly allowInsecureHttp?: boolean
  /** Folder for the SQLite database and the master key. Default `data`. */
  readonly dataDir?: string
  /** PostgreSQL address; without one, SQLite in `dataDir`. */
  readonly databaseUrl?: string
  /** Whether to migrate the database now (`auto`, the default) or to refuse when something is pending. */
  readonly migrations?: 'auto' | 'manual'
  /** Master keys of at least 32 characters, the one in use first; without, one is kept in `dataDir`. */
  readonly secret?: string | readonly string[]
  /** What people see as the name of this service. */
  readonly serviceName?: string
  /** Which passwords may be chosen. Default `strength`. */
  readonly passwordPolicy?: PasswordPolicy
  /** Schemes of hashes that are accepted, the one that makes new ones first. Default `argon2id`, `import`. */
  readonly passwordSchemes?: readonly string[]
  /** Cost of new hashes where it is not the scheme's default, such as `memory=65536,passes=3`. */
  readonly passwordCost?: string
  /** Keys mixed into passwords before they are hashed, as `id:key`, the one in use first. */
  readonly passwordPepper?: string | readonly string[]
  /** Where to ask for breached passwords, by ranges of hashes; https, or http on this machine. Default nowhere. */
  readonly breachedPasswordsUrl?: string
  /**
   * Where sessions are kept; `memory` loses them at restart, `sealed` keeps none: they are their tokens, and
   * ending one ends all of its account. Default `redis` with a `redisUrl`, else `database`.
   */
  readonly sessionStore?: 'database' | 'memory' | 'filesystem' | 'redis' | 'memcached' | 'sealed'
  /** Redis or Valkey for sessions: `redis://`, `redis+cluster://`, `redis+sentinel://`; `rediss` with TLS. */
  readonly redisUrl?: string
  /** memcached for sessions: `memcached://host:11211`. */
  readonly memcachedUrl?: string
  /** A session ends when it is not used for this long, such as `30m`, the default. */
  readonly sessionIdle?: string
  /** A session ends this long after sign-in, used or not. Default `24h`. */
  readonly sessionLifetime?: string
  /** How long what somebody has proved is enough for what is sensitive, such as another password. Default `10m`. */
  readonly sessionFresh?: string
  /** Sessions that an account may have at once. Default 100. */
  readonly sessionsPerAccount?: number
  /** Whoever signs in beyond that ends the session not used for longest, or is refused. Default `end_oldest`. */
  readonly sessionsWhenFull?: 'end_oldest' | 'refuse'
  /** How many steps of 30 seconds beside its own a code of an app is accepted in. Default 1. */
  readonly totpDrift?: 0 | 1 | 2
  /** Who must have a second factor: nobody, administrators, or everybody. Default `off`. */
  readonly requireMfa?: 'off' | 'admins' | 'all'
  /** For how long a browser is not asked for codes where its owner says so; `0s`, never. Default `30d`. */
  readonly trustedDevices?: string
  /**
   * Budgets of attempts that are to be others than the defaults, such as `sign_in=10/1m` or `registration=off`; see
   * docs/reference/limits.md.
   */
  readonly limits?: string | readonly string[]
  /** For how long the audit trail is kept. Default `400d`. */
  readonly auditRetention?: string
  /** What signs access tokens. Default `EdDSA`. */
  readonly tokenAlgorithm?: 'EdDSA' | 'ES256' | 'RS256' | 'PS256' | 'HS256'
  /** Whom access tokens are for. Default `url`. */
  readonly tokenAudience?: string
  /** How long a key signs access tokens. Default `90d`. */
  readonly tokenKeyRotation?: string
  /** How long an access token is good for where only its signature is looked at. Default `15m`. */
  readonly accessTokenLifetime?: string
  /** A sign-in with tokens ends when it is not refreshed for this long. Default `7d`. */
  readonly refreshTokenIdle?: string
  /** A sign-in with tokens ends after this long, refreshed or not. Default `30d`. */
  readonly refreshTokenLifetime?: string
  /** Whether `POST /token` takes passwords. Default true. */
  readonly passwordGrant?: boolean
  /** Services that may ask `POST /introspect`, as `id:secret`. Default none. */
  readonly resourceServers?: string | readonly string[]
  /**
   * Addresses or networks of proxies whose X-Forwarded-For or Forwarded is believed. Each has to write one of these headers
   * and to drop the other, which it would pass on as the client wrote it. Default none.
   */
  readonly trustedProxies?: readonly string[]
  /** Threads that hash passwords. Default one for each core. */
  readonly hashThreads?: number
  /** Hashes that may wait. Default 128. */
  readonly hashQueue?: number
  /** Where facts about requests are written; a pino logger will do. Default nowhere. */
  readonly log?: Log
  /** Tells the time; for tests. */
  readonly clock?: Clock
  /** Makes what must not be guessed; for tests. */
  readonly random?: Random
}

const settingOfOption = {
  url: 'url',
  allowInsecureHttp: 'allow_insecure_http',
  dataDir: 'data_dir',
  databaseUrl: 'database_url',
  migrations: 'migrations',
  secret: 'secret',
  serviceName: 'service_name',
  passwordPolicy: 'password_policy',
  passwordSchemes: 'password_schemes',
  passwordCost: 'password_cost',
  passwordPepper: 'password_pepper',
  breachedPasswordsUrl: 'breached_passwords_url',
  sessionStore: 'session_store',
  redisUrl: 'redis_url',
  memcachedUrl: 'memcached_url',
  sessionIdle: 'session_idle',
  sessionLifetime: 'session_lifetime',
  sessionFresh: 'session_fresh',
  sessionsPerAccount: 'sessions_per_account',
  sessionsWhenFull: 'sessions_when_full',
  totpDrift: 'totp_drift',
  requireMfa: 'require_mfa',
  trustedDevices: 'trusted_devices',
  limits: 'limits',
  auditRetention: 'audit_retention',
  tokenAlgorithm: 'token_algorithm',
  tokenAudience: 'token_audience',
  tokenKeyRotation: 'token_key_rotation',
  accessTokenLifetime: 'access_token_lifetime',
  refreshTokenIdle: 'refresh_token_idle',
  refreshTokenLifetime: 'refresh_token_lifetime',
  passwordGrant: 'password_grant',
  resourceServers: 'resource_servers',
  trustedProxies: 'trusted_proxies',
  hashThreads: 'hash_threads',
  hashQueue: 'hash_queue',
} as const satisfies Partial<Record<keyof AuthOptions, keyof GivenSettings>>

const ports = ['log', 'clock', 'random']

/** Options as a checked configuration: the same table and the same messages as the server's. */
export function configurationOfOptions(options: AuthOptions): Configuration {
  const given: GivenSettings = {}
  const problems: string[] = []
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || ports.includes(option)) continue
    const name =
      Object.hasOwn(settingOfOption, option) &&
      settingOfOption[option as keyof typeof settingOfOption]
    if (name) given[name] = { text: String(value), source: 'option' }
    else problems.push(`${option} is not an option`)
  }
  try {
    return configurationOf(given, problems)
  } catch (error) {
    throw error instanceof ConfigurationError ? inWordsOfOptions(error) : error
  }
}

/** Problems name settings; who wrote an option should read the name of the option. */
function inWordsOfOptions(error: ConfigurationError): ConfigurationError {
  const rename = (line: string) =>
    Object.entries(settingOfOption).reduce(
      (text, [option, name]) => text.replaceAll(`SALLYPORT_${name.toUpperCase()} `, `${option} `),
      line,
    )
  return new ConfigurationError(error.problems.map(rename))
}
