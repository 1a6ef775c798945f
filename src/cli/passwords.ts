import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Configuration } from '../config/index.ts'
import { makingSchemes } from '../hashers/schemes/index.ts'
import { calibratePasswords } from './passwords-calibrate.ts'
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
      'Count accounts by the scheme and cost of their password hash, and say what the next sign-in ' +
        'does: keeps it, upgrades it, or refuses it, because SALLYPORT_PASSWORD_SCHEMES does not accept it.',
    )
    .action(() => reportPasswords(configuration()))
  passwords
    .command('calibrate')
    .summary('measure this machine, and recommend what a password hash should cost')
    .description(
      'Measure this machine, and recommend what a password hash should cost: as much as a sign-in may ' +
        'take while every hashing thread is busy, never less than the default, and never more than a ' +
        'quarter of the memory. Measure where the server runs, while nothing else does.',
    )
    .addOption(
      new Option('--target <time>', 'what a sign-in may take, such as 250ms or 1s')
        .argParser(readTime)
        .default(250, '250ms'),
    )
    .addOption(
      new Option('--scheme <name>', 'the scheme that makes hashes, if not the one in use').choices([
        ...makingSchemes.keys(),
      ]),
    )
    .action(({ target, scheme }: { target: number; scheme?: string }) =>
      calibratePasswords(
        { target, stopwatch: () => performance.now(), ...(scheme && { scheme }) },
        configuration(),
      ),
    )
}

/** Milliseconds, from 1 to a minute. */
function readTime(text: string): number {
  const [, count, unit] = /^(\d{1,5})(ms|s)$/.exec(text) ?? []
  const time = Number(count) * (unit === 's' ? 1000 : 1)
  if (time >= 1 && time <= 60_000) return time
  throw new InvalidArgumentError('It is a time from 1ms to 60s, such as 250ms.')
}
