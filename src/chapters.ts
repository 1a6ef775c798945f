import { inOrder } from './auditing.ts'
import type { Configuration } from './config/index.ts'
import type { Account } from './core/accounts/index.ts'
import type { Audit } from './core/audit/index.ts'
import { TrustedDevices } from './core/devices/index.ts'
import { Factors } from './core/factors/index.ts'
import { Enrolment } from './core/flows/enrolment/index.ts'
import { Completion, Login, Refusing, Waiting } from './core/flows/login/index.ts'
import { PasswordChange } from './core/flows/password-change/index.ts'
import { Proving } from './core/flows/proving/index.ts'
import { Registration } from './core/flows/registration/index.ts'
import { SecondFactor } from './core/flows/second-factor/index.ts'
import { SignOut } from './core/flows/sign-out/index.ts'
import { StepUp } from './core/flows/step-up/index.ts'
import { Unlock } from './core/flows/unlock/index.ts'
import { type PasswordHasher, type PasswordJudge, Passwords } from './core/passwords/index.ts'
import { type SessionCarrier, type SessionPolicy, Sessions } from './core/sessions/index.ts'
import type { HttpContext, Log } from './http/context.ts'
import { networkOf } from './http/network.ts'
import type { Chapters } from './in-process.ts'
import type { Clock } from './kernel/clock.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import type { Random } from './kernel/random.ts'
import { Sealing } from './kernel/sealing.ts'
import type { Limiting } from './limiting.ts'
import type { Meters } from './metrics/meters.ts'
import { openPasskeys } from './passkeys.ts'
import type { SessionChecking } from './session-check.ts'
import type { SqlAccountStore } from './stores/sql/accounts.ts'
import { SqlFactorStore } from './stores/sql/factors.ts'
import { SqlPasswordStore } from './stores/sql/passwords.ts'
import { SqlPendingLoginStore } from './stores/sql/pending-logins.ts'
import { SqlDeviceStore } from './stores/sql/trusted-devices.ts'
import type { UnitDatabase } from './stores/sql/unit-of-work.ts'
import { type OpenIssuer, tokensOf } from './token-issuing.ts'

/** What the chapters are made of. */
export interface ChapterParts extends Limiting {
  readonly configuration: Configuration
  readonly database: UnitDatabase
  readonly keys: KeyRing
  readonly hasher: PasswordHasher
  readonly judge: PasswordJudge
  readonly accounts: SqlAccountStore
  readonly carrier: SessionCarrier
  readonly checking: SessionChecking
  readonly issuer: OpenIssuer
  readonly audit: Audit
  readonly limitReached: HttpContext['limitReached']
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meters: Meters
}

/** The chapters of core, and the flows that join them: each is given what it names. */
export function wireChapters(parts: ChapterParts): Chapters {
  const chapters = wireCapabilities(parts)
  return { ...chapters, ...wireFlows({ ...parts, ...chapters }) }
}

function wireCapabilities({ configuration, database, ...parts }: ChapterParts) {
  const { hasher, judge, accounts, carrier, checking, keys, clock, random, log } = parts
  const passwords = new Passwords({
    hasher,
    store: new SqlPasswordStore(database),
    judge,
    report: (error) => log.error({ err: error }, 'replacing a password hash failed'),
  })
  const sessionPolicy = sessionPolicyOf(configuration)
  const { revocations } = checking
  const sessions = new Sessions({
    carrier,
    revocations,
    accounts,
    policy: sessionPolicy,
    clock,
    random,
  })
  const factors = new Factors({
    store: new SqlFactorStore(database),
    sealing: new Sealing(keys, 'totp secret', random),
    keys,
    clock,
    random,
    issuer: configuration.service_name,
    drift: configuration.totp_drift,
  })
  const passkeys = openPasskeys({ configuration, database, keys, clock, random })
  const devices = new TrustedDevices({
    store: new SqlDeviceStore(database),
    clock,
    random,
    lifetime: configuration.trusted_devices,
  })
  return { accounts, passwords, sessionPolicy, sessions, factors, passkeys, devices }
}

type FlowParts = ChapterParts & ReturnType<typeof wireCapabilities>

function wireFlows({ database, configuration, ...parts }: FlowParts) {
  const { accounts, passwords, factors, sessions, checking, issuer, clock, random } = parts
  const { audit, limitReached } = parts
  // Sessions that are not in the database cannot be part of what is.
  const isTogether = ['database', 'sealed'].includes(configuration.session_store)
  const unitOfSessions = isTogether ? database : inOrder(database)
  const written = { ...parts, unitOfWork: database }
  const withSessions = { ...parts, unitOfWork: unitOfSessions }
  const requiresTwo = (account: Account) => mustHaveTwo(configuration.require_mfa, account)

  const proving = new Proving(written)
  const store = new SqlPendingLoginStore(database)
  const waiting = new Waiting({ accounts, store, clock, random })
  const completion = new Completion({ ...withSessions, waiting, requiresTwo })
  const refusing = new Refusing({ ...written, limitReached })
  const signOut = new SignOut(withSessions)
  const stepUp = new StepUp({ ...withSessions, proving })
  const joined = { ...written, proving, waiting, completion }
  return {
    login: new Login({ ...joined, refusing }),
    enrolment: new Enrolment({ ...joined, revocations: checking.revocations }),
    stepUp,
    signOut,
    secondFactor: new SecondFactor({ ...joined, requiresTwo }),
    registration: new Registration({
      accounts,
      passwords,
      unitOfWork: database,
      audit,
      clock,
      random,
    }),
    passwordChange: new PasswordChange({ ...joined, stepUp }),
    unlock: new Unlock({ ...written, networkOf }),
    tokens: tokensOf(
      { ...parts, configuration, database },
      { accessTokens: issuer.accessTokens, sessions, signOut, factors },
    ),
  }
}

function sessionPolicyOf(configuration: Configuration): SessionPolicy {
  return {
    idle: configuration.session_idle,
    lifetime: configuration.session_lifetime,
    fresh: configuration.session_fresh,
    refreshed: {
      idle: configuration.refresh_token_idle,
      lifetime: configuration.refresh_token_lifetime,
    },
    perAccount: configuration.sessions_per_account,
    whenFull: configuration.sessions_when_full,
  }
}

function mustHaveTwo(required: Configuration['require_mfa'], { role }: Account): boolean {
  return required === 'all' || (required === 'admins' && role === 'admin')
}
