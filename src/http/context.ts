import type { BlockList } from 'node:net'
import type { AccountStore } from '../core/accounts/index.ts'
import type { Login } from '../core/flows/login/index.ts'
import type { PasswordChange } from '../core/flows/password-change/index.ts'
import type { Registration } from '../core/flows/registration/index.ts'
import type { PasswordPolicy, Passwords } from '../core/passwords/index.ts'
import type { SessionPolicy, Sessions } from '../core/sessions/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import type { PageFrame } from '../pages/page.ts'
import type { Answers } from './answers.ts'
import type { SessionCookie } from './cookies.ts'
import type { FormTokens } from './csrf.ts'

/** Where the facts about requests are written. `fields` never hold a secret or the text of a body. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What the routes work with; made once, in `auth.ts`. */
export interface HttpContext {
  readonly accounts: Pick<AccountStore, 'findById'>
  readonly login: Login
  readonly registration: Registration
  readonly passwordChange: PasswordChange
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly sessionPolicy: SessionPolicy
  readonly passwordPolicy: PasswordPolicy
  readonly answers: Answers
  readonly cookie: SessionCookie
  readonly formTokens: FormTokens
  readonly frame: PageFrame
  readonly publicAddress: URL
  readonly ownOrigins: ReadonlySet<string>
  readonly trustedProxies: BlockList
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}
