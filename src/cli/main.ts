import { Command, CommanderError } from 'commander'
import { loadConfiguration } from '../config/index.ts'
import { SallyportError } from '../kernel/errors.ts'
import { serve } from '../server/main.ts'
import { version } from '../server/version.ts'
import { showConfiguration } from './config.ts'
import { migrateDatabase, showMigrations } from './migrate.ts'
import { showSecret } from './secret.ts'

const program = new Command('sallyport')
  .description('Sessions and sign-in that you own.')
  .version(version)
  .option('--config <file>', 'settings in the form of an env file (SALLYPORT_CONFIG_FILE)')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()

program
  .command('serve', { isDefault: true })
  .description('start the server')
  .action(() => serve(configuration()))

program
  .command('config')
  .description('show the settings in force and where each comes from, with secrets masked')
  .action(() => showConfiguration(configuration()))

const migrate = program.command('migrate').description('bring the database up to date')
migrate
  .command('run', { isDefault: true, hidden: true })
  .action(() => migrateDatabase(configuration()))
migrate
  .command('status')
  .description('list the migrations, applied and pending; exit code 3 when something is pending')
  .action(() => showMigrations(configuration()))

program
  .command('secret')
  .description('print a new random master key for SALLYPORT_SECRET')
  .action(() => showSecret())

function configuration() {
  const { config } = program.opts<{ config?: string }>()
  const environment = config ? { ...process.env, SALLYPORT_CONFIG_FILE: config } : process.env
  return loadConfiguration(environment)
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

/** What an operator can mend is said in a line each; anything else is our bug, and its trace is wanted. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof SallyportError)) throw error
  for (const line of error.message.split('\n')) console.error(`sallyport: ${line}${causeOf(error)}`)
  return 1
}

function causeOf({ cause }: SallyportError): string {
  if (!(cause instanceof Error)) return ''
  return ` (${cause.message || (cause as NodeJS.ErrnoException).code})`
}
