import type { Clock } from '../../../kernel/clock.ts'
import type { FieldProblem, Invalid, Refused } from '../../../kernel/outcome.ts'
import { refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import { type Account, type AccountStore, parseEmail } from '../../accounts/index.ts'
import { type Due, needsTwo, stillDue } from '../../assurance/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Guess, Limited, Limits, Origin } from '../../limits/index.ts'
import type { Ceremony, Passkeys } from '../../passkeys/index.ts'
import { type Passwords, type PlaintextRule, readPlaintext } from '../../passwords/index.ts'
import type { GivenProof, Proved, Proving, TypedFactor } from '../proving/index.ts'
import type { Completion } from './completion.ts'
import type { Completed, LoginRequest } from './outcome.ts'
import type { PendingLogin } from './pending.ts'
import type { Refusing } from './refusing.ts'
import type { Waiting, WaitingLogin } from './waiting.ts'

export interface LoginDependencies {
  readonly accounts: AccountStore
  readonly passwords: Passwords
  readonly passkeys: Pick<Passkeys, 'assert' | 'requestOptions'>
  readonly factors: Pick<Factors, 'heldBy'>
  readonly proving: Proving
  readonly waiting: Waiting
  readonly completion: Completion
  readonly limits: Pick<Limits, 'guess'>
  readonly refusing: Refusing
  readonly clock: Clock
}

export interface PasswordAttempt extends LoginRequest {
  readonly email: string
  readonly password: Secret
  /** A factor that was given with the password. Where none is due it is not looked at. */
  readonly factor?: TypedFactor | undefined
}

export interface PasskeyAttempt extends LoginRequest {
  /** What the browser has answered, as it is. */
  readonly response: unknown
  /** What the browser was given with the options, to be known by. */
  readonly browser: string
}

export interface FactorAttempt extends Omit<LoginRequest, 'kind'> {
  /** Of the sign-in that waits for it. */
  readonly pending: Secret
  readonly factor: GivenProof
}

export type LoginProblem =
  | FieldProblem<'email', 'malformed'>
  | FieldProblem<'password', PlaintextRule>

/**
 * `wrong_code`: the factor was wrong, or used before. `passkey_refused`: the passkey is not known, or did not answer
 * what it was asked. `login_expired`: what waited has expired, was finished, tried too often, or overtaken by the
 * end of all sessions. `too_many_sessions`: everything was right, and the account may have no more.
 */
export type LoginRefusal =
  | 'invalid_credentials'
  | 'passkey_refused'
  | 'wrong_code'
  | 'login_expired'
  | 'too_many_sessions'

/** What was given beside a password. */
type Also = Proved | Limited | 'wrong' | undefined

export type LoginOutcome = Completed | Refused<LoginRefusal> | Limited | Invalid<LoginProblem>

/** A sign-in that waits, to show its page. */
export interface WaitingShown {
  /** What was proved first. */
  readonly proved: 'password' | 'passkey'
  readonly due: Due
  readonly hasApp: boolean
}

export class Login {
  readonly #deps: LoginDependencies

  constructor(deps: LoginDependencies) {
    this.#deps = deps
  }

  async withPassword(attempt: PasswordAttempt): Promise<LoginOutcome> {
    const { limits, refusing } = this.#deps
    const read = readAttempt(attempt)
    if (read.kind === 'invalid') return read
    // Counted before anything is looked up or hashed, so that parallel guesses are no more than others.
    const guess = await limits.guess('password', read.email, attempt.origin)
    if (guess === attempt.origin.limited) return guess
    if (guess.kind === 'limited') return refusing.limited(guess, read.email)
    return guess.during(() => this.#withGuess(guess, read, attempt))
  }

  async #withGuess(
    guess: Guess,
    read: ReadAttempt,
    attempt: PasswordAttempt,
  ): Promise<LoginOutcome> {
    const { accounts, passwords, refusing } = this.#deps

    let also: Also
    for (;;) {
      const account = await accounts.findByEmail(read.email)
      // Called even without an account: verify() then works on a decoy, so both refusals cost the same.
      const proof = await passwords.verify(account?.id, read.password, attempt.signal)
      if (!account || !proof.matches || account.status !== 'active') {
        return refusing.password(read.email, account, {
          matches: proof.matches,
          origin: attempt.origin,
        })
      }
      // Once: it may be spent by now.
      also ??= await this.#provedBeside(account, attempt)
      const outcome = await this.#withPassword(account, also, attempt)
      if (outcome !== 'overtaken') {
        if (!isAsIfWrong(outcome)) await guess.right()
        if (outcome.kind !== 'refused') passwords.upgrade(account.id, read.password, proof)
        return outcome
      }
      // Meanwhile everything that this account had was ended, perhaps by a new password. Look again.
    }
  }

  async #withPassword(
    account: Account,
    also: Also,
    attempt: PasswordAttempt,
  ): Promise<LoginOutcome | 'overtaken'> {
    const { refusing, clock } = this.#deps
    if (also === 'wrong') return refusing.factor(account, attempt.origin, wrongCode)
    // Whoever has looked at it has written it down.
    if (also?.kind === 'limited') return also
    const proved: Proved = { proof: { method: 'password', at: clock.now() } }
    return this.#complete(account, also ? [proved, also] : [proved], attempt)
  }

  /** Signs in whoever the passkey belongs to: no name is asked for. */
  async withPasskey({ response, browser, ...request }: PasskeyAttempt): Promise<LoginOutcome> {
    const { accounts, passkeys, refusing } = this.#deps
    const asserted = await passkeys.assert(response, signIn(browser))
    const account = asserted && (await accounts.findById(asserted.passkey.accountId))
    if (!asserted || account?.status !== 'active') {
      const cause = account ? 'disabled_account' : 'passkey_refused'
      return refusing.factor(account, request.origin, [cause, 'passkey_refused'])
    }
    const outcome = await this.#complete(account, [asserted], request)
    if (outcome !== 'overtaken') return outcome
    return refusing.factor(account, request.origin, ['overtaken', 'passkey_refused'])
  }

  /** What a browser needs to ask for any passkey for this service. */
  passkeyOptions(browser: string): Promise<object> {
    return this.#deps.passkeys.requestOptions(signIn(browser))
  }

  /** Goes on with a sign-in that waits. */
  async withFactor({ pending: token, factor, ...request }: FactorAttempt): Promise<LoginOutcome> {
    const { proving, refusing, waiting } = this.#deps
    const found = await waiting.takeTry(token)
    if (!found) return refused('login_expired')
    const { pending, account } = found
    // What is not asked for would be spent for nothing.
    if (!(await this.#isAskedFor(found, factor))) return refused(refusalOf(factor))
    const { signal, origin } = request
    const ceremony = asFactor(pending)
    const proved = await proving.prove(account, factor, { ceremony, origin, signal })
    if (!proved) return this.#refuseProof(account, factor, origin)
    if (proved.kind === 'limited') return proved
    // Of two that were right at the same time one goes in.
    if (!(await waiting.end(pending))) return refused('login_expired')

    const before = pending.proofs.map((proof) => ({ proof }))
    const completed = { ...request, kind: pending.kind }
    const outcome = await this.#complete(account, [...before, proved], completed)
    if (outcome !== 'overtaken') return outcome
    return refusing.factor(account, origin, ['overtaken', 'login_expired'])
  }

  /** What a browser needs to ask for a passkey of whoever is signing in. */
  async factorOptions(token: Secret): Promise<object | undefined> {
    const found = await this.#deps.waiting.find(token)
    return found && this.#deps.passkeys.requestOptions(asFactor(found.pending), found.account.id)
  }

  /** What waits under this token. */
  async waiting(token: Secret): Promise<WaitingShown | undefined> {
    const found = await this.#deps.waiting.find(token)
    return found && this.#shown(found)
  }

  /** Removes sign-ins that nobody went on with. */
  sweep(): Promise<void> {
    return this.#deps.waiting.sweep()
  }

  /** Whatever else was given with the password is looked at where it is due. */
  async #provedBeside(account: Account, { factor, origin }: PasswordAttempt): Promise<Also> {
    const { factors, proving } = this.#deps
    if (!factor || !needsTwo(await factors.heldBy(account.id))) return undefined
    return (await proving.prove(account, factor, { ceremony: noCeremony, origin })) ?? 'wrong'
  }

  async #refuseProof(account: Account, factor: GivenProof, origin: Origin): Promise<LoginOutcome> {
    const { refusing } = this.#deps
    const reason = refusalOf(factor)
    if (factor.kind !== 'password') return refusing.factor(account, origin, [reason, reason])
    // A password counts as one wherever it is given.
    await refusing.password(account.canonicalEmail, account, { matches: false, origin })
    return refused(reason)
  }

  async #complete(
    account: Account,
    proved: readonly Proved[],
    request: LoginRequest,
  ): Promise<Completed | 'overtaken'> {
    const proofs = proved.map(({ proof }) => proof)
    const outcome = await this.#deps.completion.completeLogin(account, proofs, request)
    const left = proved.at(-1)?.recoveryCodesLeft
    if (outcome === 'overtaken' || outcome.kind !== 'signed_in' || left === undefined) {
      return outcome
    }
    return { ...outcome, recoveryCodesLeft: left }
  }

  async #isAskedFor(found: WaitingLogin, { kind }: GivenProof): Promise<boolean> {
    const { due } = await this.#shown(found)
    return due.kind === 'proof' && due.offers.includes(kind)
  }

  async #shown({ pending: { proofs }, account }: WaitingLogin): Promise<WaitingShown> {
    const held = await this.#deps.factors.heldBy(account.id)
    const isRequired = this.#deps.completion.requiresTwo(account)
    const hasPassword = proofs.some(({ method }) => method === 'password')
    return {
      proved: hasPassword ? 'password' : 'passkey',
      due: stillDue(proofs, held, { isRequired }),
      hasApp: held.app?.isDisabled === false,
    }
  }
}

/** A right password that is not enough any more counts as a wrong one: nobody learns that it was right. */
function isAsIfWrong(outcome: LoginOutcome): boolean {
  return outcome.kind === 'refused' && outcome.reason === 'invalid_credentials'
}

const wrongCode = ['wrong_code', 'wrong_code'] as const

/** For what is typed: it was asked for by nobody. */
const noCeremony: Ceremony = { purpose: 'factor', boundTo: '' }

function refusalOf({ kind }: GivenProof): 'passkey_refused' | 'wrong_code' {
  return kind === 'passkey' ? 'passkey_refused' : 'wrong_code'
}

function signIn(browser: string): Ceremony {
  return { purpose: 'sign_in', boundTo: browser }
}

function asFactor({ tokenHash }: PendingLogin): Ceremony {
  return { purpose: 'factor', boundTo: tokenHash }
}

type ReadAttempt = Extract<ReturnType<typeof readAttempt>, { readonly kind: 'read' }>

function readAttempt(attempt: PasswordAttempt) {
  const address = parseEmail(attempt.email)
  const password = readPlaintext(attempt.password.expose())

  const problems: LoginProblem[] = []
  if (!address) problems.push({ field: 'email', rule: 'malformed' })
  if ('broken' in password) problems.push({ field: 'password', rule: password.broken })
  if (!address || 'broken' in password) return { kind: 'invalid', problems } as const
  return { kind: 'read', email: address.canonical, password: password.plaintext } as const
}
