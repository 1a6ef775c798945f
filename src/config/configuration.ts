import { isIP } from 'node:net'
import { ConfigurationError } from '../kernel/errors.ts'
import { isLoopback } from './loopback.ts'
import type { SettingName, Settings } from './setting.ts'
import { environmentName, settingNames, settingOf } from './settings.ts'

/** Where a value comes from; for `sallyport config`. */
export type Source = 'default' | 'environment' | 'file' | 'option'

/** Settings as texts, before anything is known about them. */
export type GivenSettings = Partial<
  Record<SettingName, { readonly text: string; readonly source: Source }>
>

/** Settings whose absence means something. */
type Optional =
  | 'database_url'
  | 'secret'
  | 'hash_threads'
  | 'password_cost'
  | 'password_pepper'
  | 'breached_passwords_url'
  | 'resource_servers'
  | 'redis_url'
  | 'memcached_url'

type Values = { readonly [Name in SettingName]: Settings[Name] | undefined }

/** Settings that passed every check. */
export type Configuration = Omit<Settings, Optional> &
  Pick<Values, Optional> & { readonly sources: Readonly<Record<SettingName, Source>> }

/**
 * Checks all settings together.
 * @throws {ConfigurationError} with a line for each problem there is, not only the first.
 */
export function configurationOf(
  given: GivenSettings,
  problems: readonly string[] = [],
): Configuration {
  const found = [...problems]
  const entries = settingNames.map((name) => [name, read(name, given, found)] as const)
  const values = withDerived(Object.fromEntries(entries) as unknown as Values)
  found.push(...contradictions(values))
  if (found.length > 0) throw new ConfigurationError(found)
  const sources = settingNames.map((name) => [name, given[name]?.source ?? 'default'])
  return { ...values, sources: Object.fromEntries(sources) } as unknown as Configuration
}

function read(name: SettingName, given: GivenSettings, problems: string[]): unknown {
  const setting = settingOf(name)
  const text = given[name]?.text ?? setting.default
  if (text === undefined) return undefined
  const result = setting.parse.safeParse(text)
  if (result.success) return result.data
  problems.push(`${environmentName(name)} must be ${result.error.issues[0]?.message}`)
  return undefined
}

/** Defaults that follow from other settings. */
function withDerived(values: Values): Values {
  const { port = 8000 } = values
  const url = values.url ?? new URL(`http://${localName(values.host ?? '')}:${port}`)
  const offset = port + 1000 <= 65_535 ? 1000 : -1000
  return {
    ...values,
    management_port: values.management_port ?? port + offset,
    session_store: values.session_store ?? (values.redis_url ? 'redis' : 'database'),
    url,
    token_audience: values.token_audience ?? url.origin,
  }
}

/** Only loopback can be guessed; a server open to others is told its public address. */
function localName(host: string): string {
  if (!isLoopback(host)) return '127.0.0.1'
  return isIP(host) === 6 ? `[${host}]` : host
}

function contradictions(values: Values): string[] {
  const { url, allow_insecure_http, session_idle, session_lifetime } = values
  const found: string[] = []
  for (const store of ['redis', 'memcached'] as const) {
    if (values.session_store === store && values[`${store}_url`] === undefined) {
      found.push(
        `SALLYPORT_${store.toUpperCase()}_URL must be set where SALLYPORT_SESSION_STORE is ${store}`,
      )
    }
  }
  if (values.session_store === 'memory' && (values.workers ?? 1) > 1) {
    found.push(
      'SALLYPORT_SESSION_STORE must not be memory with more than one worker (SALLYPORT_WORKERS): ' +
        'no worker would know the sessions of the others',
    )
  }
  if (url?.protocol === 'http:' && !isLoopback(url.hostname) && !allow_insecure_http) {
    found.push(
      'SALLYPORT_URL must be https, because passwords and cookies would cross the network readable; ' +
        'SALLYPORT_ALLOW_INSECURE_HTTP=true accepts that',
    )
  }
  if (session_idle && session_lifetime && session_idle > session_lifetime) {
    found.push('SALLYPORT_SESSION_IDLE must not be longer than SALLYPORT_SESSION_LIFETIME')
  }
  const { access_token_lifetime, refresh_token_idle, refresh_token_lifetime } = values
  if (refresh_token_idle && refresh_token_lifetime && refresh_token_idle > refresh_token_lifetime) {
    found.push(
      'SALLYPORT_REFRESH_TOKEN_IDLE must not be longer than SALLYPORT_REFRESH_TOKEN_LIFETIME',
    )
  }
  if (access_token_lifetime && refresh_token_idle && access_token_lifetime > refresh_token_idle) {
    found.push(
      'SALLYPORT_ACCESS_TOKEN_LIFETIME must not be longer than SALLYPORT_REFRESH_TOKEN_IDLE',
    )
  }
  return found
}
