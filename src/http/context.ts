import type { AccountId, AccountStore } from '../core/accounts/index.ts'
import type { Audit } from '../core/audit/index.ts'
import type { TrustedDevices } from '../core/devices/index.ts'
import type { Factors } from '../core/factors/index.ts'
import type { Enrolment } from '../core/flows/enrolment/index.ts'
import type { Login } from '../core/flows/login/index.ts'
import type { PasswordChange } from '../core/flows/password-change/index.ts'
import type { Registration } from '../core/flows/registration/index.ts'
import type { SecondFactor } from '../core/flows/second-factor/index.ts'
import type { SignOut } from '../core/flows/sign-out/index.ts'
import type { StepUp } from '../core/flows/step-up/index.ts'
import type { Tokens } from '../core/flows/tokens/index.ts'
import type { KnownDevices, Limited, Limits } from '../core/limits/index.ts'
import type { PasswordPolicy, Passwords } from '../core/passwords/index.ts'
import type { SessionPolicy, Sessions } from '../core/sessions/index.ts'
import type { Clock, Duration } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Random } from '../kernel/random.ts'
import type { Meters } from '../metrics/meters.ts'
import type { PageFrame } from '../pages/page.ts'
import type { Answers } from './answers.ts'
import type { Asking } from './asking.ts'
import type { ClientAddresses } from './client.ts'
import type { Cookies } from './cookies.ts'
import type { Credentials } from './credentials.ts'
import type { FormTokens } from './csrf.ts'

/** Where the facts about requests are written. `fields` never hold a secret or the text of a body. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What services that take our access tokens go by. */
export interface IssuerDescription {
  /** The public address. */
  readonly name: string
  readonly keySet: () => object
  readonly passwordGrant: boolean
  /** Who may ask whether a token is good: the hash of each secret, by id. */
  readonly resourceServers: ReadonlyMap<string, Digest>
}

/** What the routes work with; made once, in `auth.ts`. */
export interface HttpContext {
  readonly accounts: Pick<AccountStore, 'findById'>
  readonly login: Login
  readonly registration: Registration
  readonly passwordChange: PasswordChange
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly signOut: SignOut
  readonly limits: Limits
  readonly knownDevices: KnownDevices
  readonly audit: Audit
  /** Writes down that a limit was reached, of this account if it was one. */
  readonly limitReached: (limited: Limited, subject: AccountId | undefined) => Promise<void>
  readonly asking: Asking
  readonly tokens: Tokens
  readonly secondFactor: SecondFactor
  readonly enrolment: Enrolment
  readonly stepUp: StepUp
  readonly devices: TrustedDevices
  readonly factors: Pick<Factors, 'app' | 'recoveryCodesMadeAt'>
  /** The keys that are published, and what else others need to know of our tokens. */
  readonly issuer: IssuerDescription
  readonly sessionPolicy: SessionPolicy
  /** How long a sign-in waits for a second factor. */
  readonly pendingLifetime: Duration
  /** How long one waits in which a second factor must be set up. */
  readonly enrolmentTime: Duration
  readonly passwordPolicy: PasswordPolicy
  readonly answers: Answers
  readonly cookies: Cookies
  readonly credentials: Credentials
  readonly formTokens: FormTokens
  readonly frame: PageFrame
  readonly publicAddress: URL
  readonly ownOrigins: ReadonlySet<string>
  readonly clientAddresses: ClientAddresses
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meters: Meters
}
