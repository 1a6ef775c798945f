import { Command, InvalidArgumentError, Option } from 'commander'
import { configurationOf, loadConfiguration, readSettings, workerCount } from '../config/index.ts'
import { version } from '../server/version.ts'
import { addAuditCommand } from './audit.ts'
import { showConfiguration } from './config.ts'
import { addKeysCommand } from './keys.ts'
import { migrateDatabase, showMigrations } from './migrate.ts'
import { addPasswordsCommand } from './passwords.ts'
import { showSecret } from './secret.ts'
import { addUsersCommand } from './users.ts'

/** The table of commands. */
export function createProgram(): Command {
  const program = new Command('sallyport')
    .description('Sessions and sign-in that you own.')
    .version(version)
    .option('--config <file>', 'settings in the form of an env file (SALLYPORT_CONFIG_FILE)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()

  function environment(): NodeJS.ProcessEnv {
    const { config } = program.opts<{ config?: string }>()
    return config ? { ...process.env, SALLYPORT_CONFIG_FILE: config } : process.env
  }
  const configuration = () => loadConfiguration(environment())

  program
    .command('serve', { isDefault: true })
    .description('start the server')
    .addOption(
      new Option(
        '--workers <count>',
        'server processes on the one port, or auto: one for each core (SALLYPORT_WORKERS)',
      ).argParser(readWorkers),
    )
    .action(async ({ workers }: { workers?: string }) => {
      const { given, problems } = readSettings(environment())
      if (workers) given.workers = { text: workers, source: 'option' }
      const settings = configurationOf(given, problems)
      // Loaded by this command alone: all others are done before it would be there.
      if (settings.workers === 1) return (await import('../server/main.ts')).serve(settings)
      return (await import('../server/workers.ts')).serveByWorkers(settings, given)
    })

  program
    .command('config')
    .description('show the settings in force and where each comes from, with secrets masked')
    .action(() => showConfiguration(configuration()))

  addUsersCommand(program, configuration)
  addPasswordsCommand(program, configuration)
  addKeysCommand(program, configuration)
  addAuditCommand(program, configuration)

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

  return program
}

/** Judged here to name the option; the text goes the way of every setting. */
function readWorkers(text: string): string {
  const result = workerCount.safeParse(text)
  if (result.success) return text
  throw new InvalidArgumentError(`It must be ${result.error.issues[0]?.message}.`)
}
