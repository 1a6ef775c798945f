import { type Command, InvalidArgumentError } from 'commander'
import { composeAuth } from '../auth.ts'
import type { Configuration } from '../config/index.ts'
import { type Account, type AccountId, parseEmail } from '../core/accounts/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { systemRandom } from '../kernel/random.ts'
import { openExisting } from '../storage.ts'
import { SqlAccountStore } from '../stores/sql/accounts.ts'
import type { Database } from '../stores/sql/database.ts'
import { SqlFactorStore } from '../stores/sql/factors.ts'
import { SqlPasskeyStore } from '../stores/sql/passkeys.ts'

/** `sallyport users role` and `sallyport users reset-factors`: what people cannot, or must not, do by themselves. */
export function addSecurityCommands(users: Command, configuration: () => Configuration): void {
  users
    .command('role')
    .summary('make somebody an administrator, or an administrator a user')
    .description(
      'Make somebody an administrator, or an administrator a user. All sessions of the account end. With ' +
        'SALLYPORT_REQUIRE_MFA=admins, administrators must have a second factor.',
    )
    .argument('<email>', 'the address of the account')
    .argument('<role>', 'admin or user', roleOf)
    .action(async (email: string, role: Account['role']) => {
      const changed = await change(email, configuration(), (database, { id }) =>
        new SqlAccountStore(database).setRole(id, role),
      )
      console.log(changed ? `${email} is now: ${role}` : `${email} was already: ${role}`)
    })
  users
    .command('reset-factors')
    .summary('take away every second factor of somebody who has lost them')
    .description(
      'Take away the authenticator app, the passkeys, the recovery codes and the trusted devices of an account, ' +
        'for somebody who has lost them. The password alone signs in then, so be sure who is asking. All sessions ' +
        'of the account end.',
    )
    .argument('<email>', 'the address of the account')
    .action(async (email: string) => {
      const changed = await change(email, configuration(), (database, { id }) =>
        removeFactors(database, id),
      )
      console.log(
        changed
          ? `${email} has no second factor any more. The password alone signs in.`
          : `${email} had no second factor.`,
      )
    })
}

function roleOf(text: string): Account['role'] {
  if (text !== 'admin' && text !== 'user') throw new InvalidArgumentError('It is admin or user.')
  return text
}

/** Every session ends with it, on every node: they are told by a server of our own for a moment. */
async function change(
  email: string,
  configuration: Configuration,
  work: (database: Database, account: Account) => Promise<boolean>,
): Promise<boolean> {
  const address = parseEmail(email)
  await using database = await openExisting(configuration)
  const account =
    database && address && (await new SqlAccountStore(database).findByEmail(address.canonical))
  if (!account) throw new ConfigurationError(['there is no account with this address'])
  // Before anything is changed: whatever is wrong with the configuration is said now.
  const auth = await composeAuth(configuration, { clock: systemClock, random: systemRandom, log })
  try {
    const changed = await work(database, account)
    // Also where nothing was left to change: an earlier attempt may have ended before this.
    await auth.sessions.revokeAll(account.id)
    return changed
  } finally {
    await auth.close()
  }
}

async function removeFactors(database: Database, owner: AccountId): Promise<boolean> {
  const passkeys = new SqlPasskeyStore(database)
  const removed = [await new SqlFactorStore(database).removeTotp(owner, false)]
  for (const { id } of await passkeys.list(owner)) {
    removed.push(await passkeys.remove(owner, id, false))
  }
  return removed.includes(true)
}

const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (_: object, message: string) => console.error(message),
}
