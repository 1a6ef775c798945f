import type { FieldProblem, Invalid, Refused } from '../../../kernel/outcome.ts'
import { refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { TokenKind } from '../../../kernel/token.ts'
import { type Account, type AccountStore, parseEmail } from '../../accounts/index.ts'
import { type Passwords, type PlaintextRule, readPlaintext } from '../../passwords/index.ts'
import type {
  AuthenticationMethod,
  Client,
  PresentedToken,
  Sessions,
  StartedSession,
} from '../../sessions/index.ts'

export interface LoginDependencies {
  readonly accounts: AccountStore
  readonly passwords: Passwords
  readonly sessions: Sessions
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
}

export interface SignedIn extends StartedSession {
  readonly kind: 'signed_in'
  readonly account: Account
}

export type LoginProblem =
  | FieldProblem<'email', 'malformed'>
  | FieldProblem<'password', PlaintextRule>

/** `too_many_sessions`: everything was right, and the account may have no more sessions. */
export type LoginRefusal = 'invalid_credentials' | 'too_many_sessions'

/** The password was right, and the account has a second factor: there is no session yet. */
export interface FactorRequired {
  readonly kind: 'factor_required'
}

export type LoginOutcome = SignedIn | FactorRequired | Refused<LoginRefusal> | Invalid<LoginProblem>

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

      const outcome = await this.#completeLogin(account, 'password', attempt)
      if (outcome !== 'overtaken') {
        passwords.upgrade(account.id, read.password, proof)
        return outcome
      }
      // Meanwhile everything that this account had was ended, perhaps by a new password. Look again.
    }
  }

  /** The only way to a session. A due factor will be asked for here, whatever the method was. */
  async #completeLogin(
    account: Account,
    method: AuthenticationMethod,
    { kind, client, presented }: LoginRequest,
  ): Promise<SignedIn | FactorRequired | Refused<LoginRefusal> | 'overtaken'> {
    if (account.mfaEnabled) return { kind: 'factor_required' }
    const started = await this.#deps.sessions.start(account, {
      kind,
      method,
      client,
      replaces: presented,
    })
    if (started === 'full') return refused('too_many_sessions')
    if (started === 'overtaken') return started
    return { kind: 'signed_in', account, ...started }
  }
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
