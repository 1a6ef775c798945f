import { before, type Clock, type Duration } from '../../kernel/clock.ts'
import { hmacSha256 } from '../../kernel/hmac.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import type { AccountId } from '../accounts/index.ts'
import type { UnitOfWork } from '../unit-of-work.ts'
import { link, sealOfPruned } from './chain.ts'
import {
  type About,
  type AskingClient,
  type AuditDetails,
  type AuditEntry,
  type AuditType,
  auditTypes,
} from './event.ts'
import type { AuditFilter, AuditStore } from './store.ts'
import { type Verdict, verify } from './verify.ts'

export interface AuditDependencies {
  readonly store: AuditStore
  readonly unitOfWork: UnitOfWork
  readonly keys: KeyRing
  readonly clock: Clock
  /** Where what is being done now is asked from. */
  readonly client: () => AskingClient
  /** Told of each entry once it is durable. */
  readonly told: (entry: AuditEntry) => void
}

/** Longer texts are nobody's browser, and no address. */
const most = { agent: 300, address: 64 }

/** The audit trail: who did what, to whose account, when and from where. Nothing is ever altered in it. */
export class Audit {
  readonly #deps: AuditDependencies

  constructor(deps: AuditDependencies) {
    this.#deps = deps
  }

  /**
   * Writes an event down, in the unit of work that it happens in: both are durable, or neither has happened.
   * @throws {StoreUnavailableError} It cannot be written; whatever is not written down is not done.
   */
  async record<Type extends AuditType>(
    type: Type,
    { actor, subject, session }: About,
    details: AuditDetails[Type],
  ): Promise<void> {
    const { store, unitOfWork, keys, clock, told } = this.#deps
    const entry = {
      at: clock.now(),
      type,
      outcome: auditTypes[type][0],
      actor: actor ?? subject ?? 'stranger',
      subject,
      session,
      client: this.#client(),
      details,
    }
    await unitOfWork.lastly(async () => {
      const written = await store.append((last) => link(entry, last, keys.for('audit trail')[0]))
      await unitOfWork.afterwards(async () => told(written))
    })
  }

  /** What stands for a name that nobody has: people type passwords there. */
  pseudonym(identifier: string): string {
    const [key] = this.#deps.keys.for('audit trail')
    return hmacSha256(key, `name ${identifier}`).slice(0, 16)
  }

  /** What is written of an account, the last first. */
  ofAccount(subject: AccountId, limit: number, beforeSeq?: number): Promise<AuditEntry[]> {
    return this.list({ subject, before: beforeSeq }, 'newest', limit)
  }

  list(filter: AuditFilter, order: 'oldest' | 'newest', limit: number): Promise<AuditEntry[]> {
    return this.#deps.store.list(filter, order, limit)
  }

  /** Failed attempts to sign in since the account signed in the time before last. */
  async failuresSinceLastLogin(subject: AccountId): Promise<FailuresTold> {
    const types = ['login.succeeded', 'login.refused'] as const
    const entries = await this.list({ subject, types }, 'newest', mostTold)
    const logins = entries.filter(({ type }) => type === 'login.succeeded')
    const previous = logins[1]
    const failures = entries.filter(
      ({ type, seq }) => type === 'login.refused' && seq > (previous?.seq ?? 0),
    )
    return {
      count: failures.length,
      isMore: entries.length === mostTold && previous === undefined,
      since: previous?.at,
      knewPassword: failures.some(
        ({ details }) => 'cause' in details && details.cause === 'wrong_code',
      ),
    }
  }

  /** Reads all of it, and tells what does not hold together. */
  verify(progress?: (entries: number) => void): Promise<Verdict> {
    const { store, keys } = this.#deps
    return verify(store, keys.for('audit trail'), progress)
  }

  /** Removes what is older than `retention`, a batch at a time; what remains can be verified all the same. */
  async prune(retention: Duration): Promise<void> {
    const { store, unitOfWork, keys, clock } = this.#deps
    const cutoff = before(clock.now(), retention)
    const batch = 1000
    for (;;) {
      const pruned = await unitOfWork.run(async () => {
        const done = await store.prune(cutoff, batch, (last) =>
          sealOfPruned(last, keys.for('audit trail')[0]),
        )
        if (done.removed > 0) await this.record('audit.pruned', { actor: 'system' }, done)
        return done.removed
      })
      if (pruned < batch) return
    }
  }

  #client(): AskingClient {
    const { agent, address } = this.#deps.client()
    return {
      agent: agent.slice(0, most.agent).toWellFormed(),
      address: address.slice(0, most.address).toWellFormed(),
    }
  }
}

/** How many are counted before it is said that there are more. */
const mostTold = 200

export interface FailuresTold {
  readonly count: number
  /** Are there more than were counted? */
  readonly isMore: boolean
  /** Was the password right in one of them, and the code wrong? */
  readonly knewPassword: boolean
  /** The sign-in since which they are counted; `undefined` where there was none before this one. */
  readonly since: AuditEntry['at'] | undefined
}
