import { before, type Clock } from '../../../kernel/clock.ts'
import type { Account, AccountId, AccountStore } from '../../accounts/index.ts'
import type { Audit, AuditEntry } from '../../audit/index.ts'
import { type Limits, longestWindow } from '../../limits/index.ts'
import type { Passwords } from '../../passwords/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'

export interface UnlockDependencies {
  readonly accounts: Pick<AccountStore, 'findById'>
  readonly passwords: Pick<Passwords, 'failures' | 'succeeded'>
  readonly limits: Pick<Limits, 'forget'>
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record' | 'list'>
  readonly clock: Clock
  /** What counts as one client of an address. */
  readonly networkOf: (address: string) => string
}

/** More places than anybody tries from in a day. */
const mostPlaces = 1000

/** Lets somebody try again, whom failures keep out: their own, or those of strangers. */
export class Unlock {
  readonly #deps: UnlockDependencies

  constructor(deps: UnlockDependencies) {
    this.#deps = deps
  }

  /** Tells how many wrong passwords there were in a row; `undefined` when there is no such account. */
  async unlock(id: AccountId): Promise<number | undefined> {
    const { accounts, passwords, limits, unitOfWork, audit } = this.#deps
    const account = await accounts.findById(id)
    if (!account) return undefined
    const places = await this.#placesOf(account)
    await limits.forget(account.canonicalEmail, places)
    return unitOfWork.run(async () => {
      const failures = await passwords.failures(id)
      await passwords.succeeded(id, true)
      await audit.record('account.unlocked', { actor: 'operator', subject: id }, { failures })
      return failures
    })
  }

  /** The counters hide whom they count: where it was tried from, the audit trail tells. */
  async #placesOf({ id: subject }: Account) {
    const { audit, clock, networkOf } = this.#deps
    const since = before(clock.now(), longestWindow)
    const types = [
      'login.refused',
      'limit.reached',
      'confirmation.refused',
      'password.change_refused',
    ] as const
    const tried = await audit.list({ subject, since, types }, 'newest', mostPlaces)
    const networks = tried.map(({ client }) => networkOf(client.address))
    const devices = tried.map(deviceIn).filter((device) => device !== undefined)
    return { networks: [...new Set(networks)], devices: [...new Set(devices)] }
  }
}

function deviceIn({ details }: AuditEntry): string | undefined {
  return 'device' in details && typeof details.device === 'string' ? details.device : undefined
}
