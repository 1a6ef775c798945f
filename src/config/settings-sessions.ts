import { Secret } from '../kernel/secret.ts'
import * as parse from './parsers.ts'
import type { Setting, Settings } from './setting.ts'

type Name =
  | 'session_store'
  | 'redis_url'
  | 'memcached_url'
  | 'session_idle'
  | 'session_lifetime'
  | 'session_fresh'
  | 'sessions_per_account'
  | 'sessions_when_full'
  | 'totp_drift'
  | 'require_mfa'
  | 'trusted_devices'
  | 'limits'
  | 'audit_retention'

/** Sessions, second factors, and what keeps strangers out of both. */
export const sessionSettings: { readonly [Of in Name]: Setting<Settings[Of]> } = {
  session_store: {
    about:
      'where sessions are kept: `database`, beside the accounts; `memory`, lost at restart; `filesystem`, files in the data folder; `redis`; `memcached`, which may drop sessions before their end; `sealed`, in the cookies themselves, where signing out ends every session of the account. `memory` and `filesystem` belong to one machine',
    reason: '`redis` where SALLYPORT_REDIS_URL is set, else `database`; all nodes share both',
    parse: parse.choice(['database', 'memory', 'filesystem', 'redis', 'memcached', 'sealed']),
  },
  redis_url: {
    about:
      'Redis or Valkey for sessions: `redis://user:password@host:6379/0`, `redis+cluster://host:7000,host:7001`, `redis+sentinel://host:26379,host:26379/primary`; `rediss` with TLS',
    reason: 'none',
    parse: parse
      .addressOf(/^rediss?(?:\+cluster|\+sentinel)?:\/\/./, 'redis://host:6379/0')
      .transform((value) => new Secret(value)),
    secret: true,
  },
  memcached_url: {
    about: 'memcached for sessions, as `memcached://host:11211`',
    reason: 'none',
    parse: parse.addressOf(/^memcached:\/\/./, 'memcached://host:11211'),
  },
  session_idle: {
    about: 'a session ends when it is not used for this long',
    default: '30m',
    reason: 'NIST SP 800-63B-4, AAL2: at most 1 h',
    parse: parse.duration('1m', '365d'),
  },
  session_lifetime: {
    about: 'a session ends this long after sign-in, used or not',
    default: '24h',
    reason: 'NIST SP 800-63B-4, AAL2: at most 24 h',
    parse: parse.duration('1m', '365d'),
  },
  session_fresh: {
    about:
      'how long what somebody has proved is enough to change a password or a factor, to see and end sessions, and the like; after it they confirm that it is them',
    default: '10m',
    reason: 'long enough for one visit, too short for a screen that was left open',
    parse: parse.duration('1m', '24h'),
  },
  sessions_per_account: {
    about: 'sessions that an account may have at once; nobody counts those that are `sealed`',
    default: '100',
    reason: 'more than anybody’s devices; a bound for whoever signs in without end',
    parse: parse.wholeNumber(1, 1000),
  },
  sessions_when_full: {
    about:
      'what happens to whoever signs in beyond that: `end_oldest` ends the session that was not used for longest, `refuse` lets nobody in until one ends',
    default: 'end_oldest',
    reason: 'a device that was lost does not keep its owner out',
    parse: parse.choice(['end_oldest', 'refuse']),
  },
  totp_drift: {
    about:
      'how many steps of 30 seconds before and after its own the code of an authenticator app is accepted: 0, 1 or 2',
    default: '1',
    reason:
      'clocks of phones are a little wrong, and typing takes a while; each code works once all the same',
    parse: parse.choice(['0', '1', '2']).transform((value) => Number(value) as 0 | 1 | 2),
  },
  require_mfa: {
    about:
      'who must have a second factor: `off`, whoever wants one; `admins`, who has that role (`sallyport users role`); `all`, everybody. Who must and has none sets one up on the way in',
    default: 'off',
    reason: 'a second factor that was lost locks people out; it is theirs, or yours, to ask for',
    parse: parse.choice(['off', 'admins', 'all']),
  },
  trusted_devices: {
    about:
      'for how long a browser is not asked for the code of an authenticator app, where its owner says so; `0s`, never',
    default: '30d',
    reason: 'codes that are asked for every day are typed without looking',
    parse: parse.duration('0s', '365d'),
  },
  limits: {
    about:
      'budgets that are to be others than the defaults (`sallyport config` shows all): `name=points/window`, or `name=off`, separated by commas; `all=off` turns off those that are not named',
    default: '',
    reason:
      'those of docs/reference/limits.md hold for a small service, and for a large one behind few networks',
    parse: parse.budgetTable,
  },
  audit_retention: {
    about:
      'for how long the audit trail is kept; what is older is removed, and the rest can be verified all the same',
    default: '400d',
    reason: 'a year, and time to look back on it',
    parse: parse.duration('1d', '3650d'),
  },
}
