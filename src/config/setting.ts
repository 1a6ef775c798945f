import type { BudgetTable } from '../core/limits/index.ts'
import type { PasswordPolicy } from '../core/passwords/index.ts'
import type { SigningAlgorithm } from '../core/tokens/index.ts'
import type { Duration } from '../kernel/clock.ts'
import type { Secret } from '../kernel/secret.ts'
import type { NamedKey, Parser } from './parsers.ts'

/** One setting: what it means, what it is when nobody sets it, and how its text is read. */
export interface Setting<Value> {
  /** Completes "SALLYPORT_X: …". */
  readonly about: string
  /** Text as it would stand in the environment; left out where it depends on others. */
  readonly default?: string
  /** Why this default; or what the value becomes when it is left out. */
  readonly reason: string
  readonly parse: Parser<Value>
  /** Never shown; may be given as a file by `…_FILE`. */
  readonly secret?: true
}

/** Every setting with the type of its value. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly url: URL
  readonly allow_insecure_http: boolean
  readonly trusted_proxies: readonly string[]
  readonly management_host: string
  readonly management_port: number
  readonly data_dir: string
  readonly database_url: Secret
  readonly migrations: 'auto' | 'manual'
  readonly secret: readonly [Secret, ...Secret[]]
  readonly service_name: string
  readonly password_policy: PasswordPolicy
  readonly password_schemes: readonly string[]
  readonly password_cost: Readonly<Record<string, number>>
  readonly password_pepper: readonly NamedKey[]
  readonly breached_passwords_url: URL
  readonly session_store: 'database' | 'memory' | 'filesystem' | 'redis' | 'memcached' | 'sealed'
  readonly redis_url: Secret
  readonly memcached_url: string
  readonly session_idle: Duration
  readonly session_lifetime: Duration
  readonly session_fresh: Duration
  readonly sessions_per_account: number
  readonly sessions_when_full: 'end_oldest' | 'refuse'
  readonly totp_drift: 0 | 1 | 2
  readonly require_mfa: 'off' | 'admins' | 'all'
  readonly trusted_devices: Duration
  readonly limits: BudgetTable
  readonly audit_retention: Duration
  readonly token_algorithm: SigningAlgorithm
  readonly token_audience: string
  readonly token_key_rotation: Duration
  readonly access_token_lifetime: Duration
  readonly refresh_token_idle: Duration
  readonly refresh_token_lifetime: Duration
  readonly password_grant: boolean
  readonly resource_servers: readonly NamedKey[]
  readonly workers: number
  readonly hash_threads: number
  readonly hash_queue: number
  readonly log_level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly shutdown_grace: Duration
}

export type SettingName = keyof Settings
