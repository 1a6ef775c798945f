import { type Clock, plus } from '../../../kernel/clock.ts'
import type { FieldProblem, Invalid, Refused } from '../../../kernel/outcome.ts'
import { refused } from '../../../kernel/outcome.ts'
import type { Random } from '../../../kernel/random.ts'
import type { Secret } from '../../../kernel/secret.ts'
import { hashOfToken, mintToken, type TokenHash, type TokenKind } from '../../../kernel/token.ts'
import { type Account, type AccountStore, parseEmail } from '../../accounts/index.ts'
import type { Factors } from '../../factors/index.ts'
import { type Passwords, type PlaintextRule, readPlaintext } from '../../passwords/index.ts'
import type {
  AuthenticationMethod,
  Client,
  PresentedToken,
  Sessions,
  StartedSession,
} from '../../sessions/index.ts'
import { maxTries, type PendingLogin, pendingLifetime } from './pending.ts'
import type { PendingLoginStore } from './pending-store.ts'

export interface LoginDependencies {
  readonly accounts: AccountStore
  readonly passwords: Passwords
  readonly factors: Pick<Factors, 'standing' | 'check' | 'useRecoveryCode'>
  readonly pendingLogins: PendingLoginStore
  readonly sessions: Sessions
  readonly clock: Clock
  readonly random: Random
}

/** What is the same however somebody proves who they are. */
export interface LoginRequest {
  /** How the session's token will travel. */
  readonly kind: TokenKind
  readonly client: Client
  /** The token that this request carried, if any. */
  readonly presented?: PresentedToken | undefined
  /** Given when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export interface PasswordAttempt extends LoginRequest {
  readonly email: string
  readonly password: Secret
  /** A factor that was given with the password. Where none is due it is not looked at. */
  readonly factor?: GivenFactor | undefined
}

/** What is typed as a second factor. */
export type GivenFactor =
  | { readonly kind: 'totp'; readonly code: Secret }
  | { readonly kind: 'recovery_code'; readonly code: Secret }

export interface FactorAttempt extends Omit<LoginRequest, 'kind'> {
  /** Of the sign-in that waits for it. */
  readonly pending: Secret
  readonly factor: GivenFactor
}

export interface SignedIn extends StartedSession {
  readonly kind: 'signed_in'
  readonly account: Account
  /** How many recovery codes are left, where one was used. */
  readonly recoveryCodesLeft?: number
}

export type FactorKind = GivenFactor['kind']

/** The password was right, and a factor is due: there is no session yet. */
export interface FactorRequired {
  readonly kind: 'factor_required'
  /** With what to go on: the only time that it is known. */
  readonly pending: Secret
  readonly sessionKind: TokenKind
  readonly factors: readonly FactorKind[]
}

export type LoginProblem =
  | FieldProblem<'email', 'malformed'>
  | FieldProblem<'password', PlaintextRule>

/**
 * `wrong_code`: the factor was wrong, or used before. `login_expired`: what waited for it has expired, was
 * finished, tried too often, or overtaken by the end of all sessions. `too_many_sessions`: everything was right,
 * and the account may have no more.
 */
export type LoginRefusal =
  | 'invalid_credentials'
  | 'wrong_code'
  | 'login_expired'
  | 'too_many_sessions'

export type LoginOutcome = SignedIn | FactorRequired | Refused<LoginRefusal> | Invalid<LoginProblem>

/** What has been proved beside the password. */
interface ProvedFactor {
  readonly kind: FactorKind
  readonly recoveryCodesLeft?: number
}

export class Login {
  readonly #deps: LoginDependencies

  constructor(deps: LoginDependencies) {
    this.#deps = deps
  }

  async withPassword(attempt: PasswordAttempt): Promise<LoginOutcome> {
    const { accounts, passwords } = this.#deps
    const read = readAttempt(attempt)
    if (read.kind === 'invalid') return read

    for (;;) {
      const account = await accounts.findByEmail(read.email)
      // Called even without an account: verify() then works on a decoy, so both refusals cost the same.
      const proof = await passwords.verify(account?.id, read.password, attempt.signal)
      if (!account || !proof.matches || account.status !== 'active') {
        return refused('invalid_credentials')
      }

      const outcome = await this.#goOn(account, attempt)
      if (outcome !== 'overtaken') {
        passwords.upgrade(account.id, read.password, proof)
        return outcome
      }
      // Meanwhile everything that this account had was ended, perhaps by a new password. Look again.
    }
  }

  /** Goes on with a sign-in that waits for a second factor. */
  async withFactor({ pending: token, factor, ...request }: FactorAttempt): Promise<LoginOutcome> {
    const { accounts, pendingLogins, clock } = this.#deps
    const hash = hashOfToken('pending', token.expose())
    const pending = hash && (await pendingLogins.takeTry(hash, clock.now(), maxTries))
    const account = pending && (await accounts.findById(pending.accountId))
    if (!pending || !account || !isStillOf(pending, account)) return refused('login_expired')

    const proved = await this.#prove(account, factor)
    if (!proved) return refused('wrong_code')
    // Of two that were right at the same time one goes in.
    if (!(await pendingLogins.end(pending.tokenHash))) return refused('login_expired')
    const outcome = await this.#completeLogin(account, proved, { ...request, kind: pending.kind })
    return outcome === 'overtaken' ? refused('login_expired') : outcome
  }

  /** What waits for a second factor under this token, to show its page. */
  async waiting(token: Secret): Promise<readonly FactorKind[] | undefined> {
    const { pendingLogins, factors, clock } = this.#deps
    const hash = hashOfToken('pending', token.expose())
    const pending = hash && (await pendingLogins.findLive(hash, clock.now()))
    if (!pending || pending.tries >= maxTries) return undefined
    return kindsOf(await factors.standing(pending.accountId))
  }

  /** Removes sign-ins that nobody went on with, a batch at a time. */
  async sweep(): Promise<void> {
    const { pendingLogins, clock } = this.#deps
    const batch = 500
    while ((await pendingLogins.sweep(clock.now(), batch)) === batch);
  }

  /** The password was right. Whatever else was given with it is looked at where it is due. */
  async #goOn(account: Account, attempt: PasswordAttempt) {
    const due = await this.#deps.factors.standing(account.id)
    if (!due.isNeeded) return this.#completeLogin(account, undefined, attempt)
    if (!attempt.factor) return this.#wait(account, kindsOf(due), attempt)
    const proved = await this.#prove(account, attempt.factor)
    return proved ? this.#completeLogin(account, proved, attempt) : refused('wrong_code')
  }

  async #prove(account: Account, { kind, code }: GivenFactor): Promise<ProvedFactor | undefined> {
    const { factors } = this.#deps
    if (kind === 'totp') {
      const checked = await factors.check(account.id, code.expose())
      return checked.kind === 'accepted' ? { kind } : undefined
    }
    const used = await factors.useRecoveryCode(account.id, code.expose())
    return used.kind === 'accepted' ? { kind, recoveryCodesLeft: used.left } : undefined
  }

  async #wait(
    account: Account,
    factors: readonly FactorKind[],
    { kind, client }: LoginRequest,
  ): Promise<FactorRequired> {
    const { pendingLogins, clock, random } = this.#deps
    const pending = mintToken('pending', random)
    const now = clock.now()
    await pendingLogins.insert({
      tokenHash: hashOfToken('pending', pending.expose()) as TokenHash,
      accountId: account.id,
      epoch: account.epoch,
      kind,
      client,
      createdAt: now,
      expiresAt: plus(now, pendingLifetime),
      tries: 0,
    })
    return { kind: 'factor_required', pending, sessionKind: kind, factors }
  }

  /** The only way to a session, whatever the method was. Who needs a factor comes here with one. */
  async #completeLogin(
    account: Account,
    proved: ProvedFactor | undefined,
    { kind, client, presented }: LoginRequest,
  ): Promise<SignedIn | Refused<LoginRefusal> | 'overtaken'> {
    const started = await this.#deps.sessions.start(account, {
      kind,
      method: methodOf(proved),
      client,
      replaces: presented,
    })
    if (started === 'full') return refused('too_many_sessions')
    if (started === 'overtaken') return started
    const left = proved?.recoveryCodesLeft
    const codes = left === undefined ? {} : { recoveryCodesLeft: left }
    return { kind: 'signed_in', account, ...started, ...codes }
  }
}

function methodOf(proved: ProvedFactor | undefined): AuthenticationMethod {
  return proved ? `password+${proved.kind}` : 'password'
}

/** Offered in this order. A disabled app is not: recovery codes are what is left. */
function kindsOf({
  totp,
  recoveryCodes,
}: {
  readonly totp: boolean
  readonly recoveryCodes: number
}): FactorKind[] {
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(recoveryCodes > 0 ? (['recovery_code'] as const) : []),
  ]
}

/** What was proved is good for the epoch in which it was: the next may have begun with another password. */
function isStillOf({ epoch }: PendingLogin, account: Account): boolean {
  return account.status === 'active' && account.epoch === epoch
}

function readAttempt(attempt: PasswordAttempt) {
  const address = parseEmail(attempt.email)
  const password = readPlaintext(attempt.password.expose())
  const problems: LoginProblem[] = []
  if (!address) problems.push({ field: 'email', rule: 'malformed' })
  if ('broken' in password) problems.push({ field: 'password', rule: password.broken })
  if (!address || 'broken' in password) return { kind: 'invalid', problems } as const
  return { kind: 'read', email: address.canonical, password: password.plaintext } as const
}
