import type { Command } from 'commander'
import type { Configuration } from '../config/index.ts'
import { reportPasswords } from './passwords-report.ts'

/** `sallyport passwords` */
export function addPasswordsCommand(program: Command, configuration: () => Configuration): void {
  const passwords = program
    .command('passwords')
    .description('see how passwords are hashed, and what this machine can afford')
    .action(() => passwords.outputHelp())
  passwords
    .command('report')
    .summary('count accounts by the scheme and cost of their password hash')
    .description(
      'Count accounts by the scheme and cost of their password hash, and say what the next sign-in\n' +
        'does: keeps it, upgrades it, or refuses it, because SALLYPORT_PASSWORD_SCHEMES does not accept it.',
    )
    .action(() => reportPasswords(configuration()))
}
