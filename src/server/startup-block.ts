import { join, resolve } from 'node:path'
import { type Configuration, writeCost, writeDuration } from '../config/index.ts'
import { minPasswordLength } from '../core/passwords/index.ts'
import type { PasswordContext } from '../hashers/index.ts'
import { version } from './version.ts'

type Hashing = PasswordContext['making']

/** What is in force, in a few lines for whoever has just started the server. */
export function startupBlock(
  configuration: Configuration,
  hashing: Hashing,
  warnings: readonly string[],
): string {
  const { management_host, management_port, password_policy: policy } = configuration
  const folder = resolve(configuration.data_dir)
  const lines = [
    ['Open', addressOf(configuration)],
    ['Health', `http://${hostText(management_host)}:${management_port}/health/ready`],
    ['Data', folder],
    [
      'Database',
      configuration.database_url ? databaseText(configuration) : join(folder, 'sallyport.db'),
    ],
    ...(configuration.workers > 1
      ? [['Workers', `${configuration.workers} processes on one port`] as const]
      : []),
    ['Sessions', sessionsText(configuration)],
    ['Passwords', `policy ${policy}: at least ${minPasswordLength[policy]} characters`],
    ['Hashing', hashingText(hashing)],
  ] as const
  const facts = lines.map(([label, text]) => `  ${label.padEnd(10)} ${text}`)
  const cautions = warnings.map((warning) => `  Warning    ${warning}`)
  return ['', `Sallyport ${version} is ready`, '', ...facts, ...cautions, '', ''].join('\n')
}

const places: { readonly [Kind in Configuration['session_store']]: string } = {
  database: 'in the database',
  memory: 'in memory, lost at restart',
  filesystem: 'in files',
  redis: 'in Redis',
  memcached: 'in memcached',
  sealed: 'in sealed cookies',
}

function sessionsText(configuration: Configuration): string {
  const idle = writeDuration(configuration.session_idle)
  const lifetime = writeDuration(configuration.session_lifetime)
  const place = places[configuration.session_store]
  return `${place}; end after ${idle} without use, ${lifetime} after sign-in at the latest`
}

/** Threads times what one hash needs: that much memory, however many sign in at once. */
function hashingText({ scheme, cost, threads, memory }: Hashing): string {
  const each = `${threads} thread${threads === 1 ? '' : 's'}`
  return `${scheme} ${writeCost(cost)} on ${each}: ${Math.ceil(memory / 2 ** 20)} MiB at most`
}

/** By its name where this machine has one: browsers make no passkeys for an address of numbers. */
function addressOf({ url }: Configuration): string {
  return url.hostname === '127.0.0.1' ? url.origin.replace('127.0.0.1', 'localhost') : url.origin
}

/** Without user and password. */
function databaseText({ database_url }: Configuration): string {
  const { hostname, port, pathname } = new URL(database_url?.expose() ?? '')
  return `PostgreSQL ${hostname || 'local'}${port && `:${port}`}${pathname}`
}

function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
