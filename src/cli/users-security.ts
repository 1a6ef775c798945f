import { type Command, InvalidArgumentError } from 'commander'
import type { Auth } from '../api.ts'
import { openOperatorAudit } from '../auditing.ts'
import type { Configuration } from '../config/index.ts'
import { type Account, type AccountId, parseEmail } from '../core/accounts/index.ts'
import type { About, Audit } from '../core/audit/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { systemRandom } from '../kernel/random.ts'
import { existingKeys, openExisting } from '../storage.ts'
import { SqlAccountStore } from '../stores/sql/accounts.ts'
import type { Database } from '../stores/sql/database.ts'
import { SqlFactorStore } from '../stores/sql/factors.ts'
import { SqlPasskeyStore } from '../stores/sql/passkeys.ts'
import type { UnitDatabase } from '../stores/sql/unit-of-work.ts'

/** `sallyport users role`, `reset-factors` and `unlock`: what people cannot, or must not, do by themselves. */
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
      const changed = await change(email, configuration(), {
        make: (database, { id }) => new SqlAccountStore(database).setRole(id, role),
        note: (audit, about) => audit.record('account.role_changed', about, { role }),
      })
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
      const changed = await change(email, configuration(), {
        make: (database, { id }) => removeFactors(database, id),
        note: (audit, about) => audit.record('account.factors_reset', about, {}),
      })
      console.log(
        changed
          ? `${email} has no second factor any more. The password alone signs in.`
          : `${email} had no second factor.`,
      )
    })
  users
    .command('unlock')
    .summary('let somebody try again whom wrong passwords or codes keep out')
    .description(
      'Let somebody try again whom wrong passwords or codes keep out, their own or those of strangers. What was ' +
        'counted for this account is forgotten, wherever it was tried from in the last day. Nobody is signed out.',
    )
    .argument('<email>', 'the address of the account')
    .action((email: string) => unlock(email, configuration()))
}

function roleOf(text: string): Account['role'] {
  if (text !== 'admin' && text !== 'user') throw new InvalidArgumentError('It is admin or user.')
  return text
}

/** What is done to an account, and how it is written down. */
interface Change {
  readonly make: (database: UnitDatabase, account: Account) => Promise<boolean>
  readonly note: (audit: Audit, about: About) => Promise<void>
}

/** Every session ends with it, on every node: they are told by a server of our own for a moment. */
async function change(
  email: string,
  configuration: Configuration,
  { make, note }: Change,
): Promise<boolean> {
  const { database, account } = await find(email, configuration)
  await using _ = database
  // Before anything is changed: whatever is wrong with the configuration is said now.
  const auth = await openAuth(configuration)
  try {
    const audit = openOperatorAudit(database, existingKeys(configuration, systemRandom))
    const changed = await database.run(async () => {
      const isChanged = await make(database, account)
      if (isChanged) await note(audit, { actor: 'operator', subject: account.id })
      return isChanged
    })
    // Also where nothing was left to change: an earlier attempt may have ended before this.
    await auth.sessions.revokeAll(account.id)
    return changed
  } finally {
    await auth.close()
  }
}

async function unlock(email: string, configuration: Configuration): Promise<void> {
  const { database, account } = await find(email, configuration)
  await database.close()
  const auth = await openAuth(configuration)
  try {
    await auth.accounts.unlock(account.id)
    console.log(`${email} can try again, from wherever it was tried.`)
  } finally {
    await auth.close()
  }
}

async function find(
  email: string,
  configuration: Configuration,
): Promise<{ readonly database: UnitDatabase; readonly account: Account }> {
  const address = parseEmail(email)
  const database = await openExisting(configuration)
  const account =
    database && address && (await new SqlAccountStore(database).findByEmail(address.canonical))
  if (database && account) return { database, account }
  await database?.close()
  throw new ConfigurationError(['there is no account with this address'])
}

async function removeFactors(database: Database, owner: AccountId): Promise<boolean> {
  const passkeys = new SqlPasskeyStore(database)
  const removed = [await new SqlFactorStore(database).removeTotp(owner, false)]
  for (const { id } of await passkeys.list(owner)) {
    removed.push(await passkeys.remove(owner, id, false))
  }
  return removed.includes(true)
}

/** All of it is loaded here, and not before: most commands do without. */
async function openAuth(configuration: Configuration): Promise<Auth> {
  const { composeAuth } = await import('../auth.ts')
  const { Meters } = await import('../metrics/meters.ts')
  const meters = new Meters()
  return composeAuth(configuration, { clock: systemClock, random: systemRandom, log, meters })
}

const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (_: object, message: string) => console.error(message),
}
