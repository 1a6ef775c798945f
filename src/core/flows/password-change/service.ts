import type { Clock } from '../../../kernel/clock.ts'
import type { FieldProblem, Invalid, Refused } from '../../../kernel/outcome.ts'
import { refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { Account, AccountId, AccountStore } from '../../accounts/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { Guess, Limited, Limits, Origin } from '../../limits/index.ts'
import {
  type BrokenRule,
  type PasswordHash,
  type Passwords,
  type Plaintext,
  type PlaintextRule,
  readPlaintext,
  type StoredPassword,
} from '../../passwords/index.ts'
import type {
  Authenticated,
  PresentedToken,
  Sessions,
  StartedSession,
} from '../../sessions/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import { countWrongPassword } from '../proving/index.ts'
import type { Offers, StepUp } from '../step-up/index.ts'

export interface PasswordChangeDependencies {
  readonly accounts: Pick<AccountStore, 'findById' | 'startEpoch'>
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly stepUp: Pick<StepUp, 'due'>
  readonly unitOfWork: UnitOfWork
  readonly limits: Pick<Limits, 'guess' | 'isKnown'>
  /** Writes down that a limit was reached. */
  readonly limitReached: (limited: Limited, subject: AccountId) => Promise<void>
  readonly audit: Pick<Audit, 'record'>
  readonly clock: Clock
}

export interface PasswordChangeRequest {
  /** Who asks, and the token that says so. */
  readonly actor: Authenticated
  readonly presented: PresentedToken
  readonly currentPassword: Secret
  readonly newPassword: Secret
  /** From where, for the limits. */
  readonly origin: Origin
  /** Given when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export type PasswordChangeProblem =
  | FieldProblem<'current_password', PlaintextRule>
  | FieldProblem<'new_password', PlaintextRule | 'unchanged'>
  | (FieldProblem<'new_password'> & BrokenRule)

/** `not_authenticated`: the session ended while the passwords were being hashed. */
export type PasswordChangeRefusal = 'wrong_password' | 'not_authenticated'

export type PasswordChangeOutcome =
  | ({ readonly kind: 'changed' } & StartedSession)
  /** The password was right, and is not enough: one of these must be proved first. */
  | { readonly kind: 'reauthentication_required'; readonly offers: Offers }
  | Limited
  | Refused<PasswordChangeRefusal>
  | Invalid<PasswordChangeProblem>

/** What is asked for, once it can be read. */
interface Change extends PasswordChangeRequest {
  readonly person: Account
  readonly current: Plaintext
  readonly next: Plaintext
}

/** Undoes what has been written so far. */
class SessionEnded extends Error {}

export class PasswordChange {
  readonly #deps: PasswordChangeDependencies

  constructor(deps: PasswordChangeDependencies) {
    this.#deps = deps
  }

  async change(request: PasswordChangeRequest): Promise<PasswordChangeOutcome> {
    const { accounts, limits, limitReached } = this.#deps
    const person = await accounts.findById(request.actor.accountId)
    if (!person) return refused('not_authenticated')
    const read = await this.#read(request, person)
    if (read.kind === 'invalid') return read

    const guess = await limits.guess('password', person.canonicalEmail, request.origin)
    if (guess.kind === 'limited') {
      await limitReached(guess, person.id)
      return guess
    }
    return guess.during(() => this.#withGuess(guess, { ...request, person, ...read }))
  }

  async #withGuess(guess: Guess, change: Change): Promise<PasswordChangeOutcome> {
    const { passwords, sessions, stepUp, clock } = this.#deps
    const { actor, presented, person, current, signal } = change
    let next: StoredPassword | undefined
    for (;;) {
      const proof = await passwords.verify(person.id, current, signal)
      if (!proof.matches || !proof.hash) return this.#refuse(actor)
      if (!(await this.#isEnough(person, change.origin))) return this.#refuse(actor)
      await guess.right()
      const proved = { method: 'password', at: clock.now() } as const
      const offers = await stepUp.due(actor, proved)
      if (offers) return { kind: 'reauthentication_required', offers }
      next ??= await passwords.hash(change.next, signal)
      const account = await this.#replace(actor, proof.hash, next)
      if (account === 'not_authenticated') return refused(account)
      if (account) {
        const renewed = { replaces: presented, proof: proved }
        const started = await sessions.renew(actor.session, account, renewed)
        return started ? { kind: 'changed', ...started } : refused('not_authenticated')
      }
      // Meanwhile a sign-in has made a better hash of this password. Look again.
    }
  }

  /** Counts as a failure wherever a password is given: whoever has a session may be a thief. */
  async #refuse({ accountId, session }: Authenticated): Promise<PasswordChangeOutcome> {
    const { unitOfWork, audit } = this.#deps
    const about = { subject: accountId, session: session.id }
    await unitOfWork.run(async () => {
      await audit.record('password.change_refused', about, {})
      await countWrongPassword(this.#deps, accountId, about)
    })
    return refused('wrong_password')
  }

  /** A password that too many have guessed at proves nothing where its owner has not been before. */
  #isEnough(person: Account, origin: Origin): Promise<boolean> {
    const { passwords, limits } = this.#deps
    return passwords.succeeded(person.id, limits.isKnown(person.canonicalEmail, origin))
  }

  /** The account in its new epoch, or `undefined` when `old` is not its hash any more. */
  async #replace(
    { accountId: id, session }: Authenticated,
    old: PasswordHash,
    next: StoredPassword,
  ): Promise<Account | 'not_authenticated' | undefined> {
    const { accounts, passwords, unitOfWork, audit, clock } = this.#deps
    const before = session.epoch
    try {
      return await unitOfWork.run(async () => {
        if (!(await passwords.replace(id, old, next, clock.now()))) return undefined
        const account = await accounts.startEpoch(id)
        // Hashing takes its time: who was disabled meanwhile must not get a session of a later epoch.
        if (account?.status !== 'active' || account.epoch !== before + 1) throw new SessionEnded()
        await audit.record('password.changed', { subject: id, session: session.id }, {})
        return account
      })
    } catch (error) {
      if (error instanceof SessionEnded) return 'not_authenticated'
      throw error
    }
  }

  async #read(
    { currentPassword, newPassword }: PasswordChangeRequest,
    { email, fullName }: Account,
  ) {
    const current = readPlaintext(currentPassword.expose())
    const next = readPlaintext(newPassword.expose())

    const problems: PasswordChangeProblem[] = []
    if ('broken' in current) problems.push({ field: 'current_password', rule: current.broken })
    if ('broken' in next) {
      problems.push({ field: 'new_password', rule: next.broken })
    } else {
      const broken = await this.#deps.passwords.check(next.plaintext, [email, fullName])
      problems.push(...broken.map((one) => ({ field: 'new_password', ...one }) as const))
    }
    if ('broken' in current || 'broken' in next || problems.length > 0) {
      return { kind: 'invalid', problems } as const
    }
    if (current.plaintext.expose() === next.plaintext.expose()) {
      return { kind: 'invalid', problems: [{ field: 'new_password', rule: 'unchanged' }] } as const
    }
    return { kind: 'read', current: current.plaintext, next: next.plaintext } as const
  }
}
