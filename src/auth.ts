import { sql } from 'kysely'
import type { Auth } from './api.ts'
import { BreachedRanges } from './breaches/ranges.ts'
import { blockListOf, type Configuration } from './config/index.ts'
import type { Account } from './core/accounts/index.ts'
import { TrustedDevices } from './core/devices/index.ts'
import { Factors } from './core/factors/index.ts'
import { Enrolment } from './core/flows/enrolment/index.ts'
import {
  Completion,
  enrolmentTime,
  Login,
  pendingLifetime,
  Waiting,
} from './core/flows/login/index.ts'
import { PasswordChange } from './core/flows/password-change/index.ts'
import { Proving } from './core/flows/proving/index.ts'
import { Registration } from './core/flows/registration/index.ts'
import { SecondFactor } from './core/flows/second-factor/index.ts'
import { StepUp } from './core/flows/step-up/index.ts'
import {
  type GuessEstimator,
  type PasswordHasher,
  PasswordJudge,
  Passwords,
} from './core/passwords/index.ts'
import { type SessionCarrier, Sessions } from './core/sessions/index.ts'
import { GuessingPool } from './guessing/pool.ts'
import { ContextHasher } from './hashers/password-hasher.ts'
import { hashingMetrics, openHashing } from './hashing.ts'
import { keepHouse } from './housekeeping.ts'
import { Answers } from './http/answers.ts'
import { createApp } from './http/app.ts'
import type { HttpContext, Log } from './http/context.ts'
import { cookiesOf } from './http/cookies.ts'
import { Credentials } from './http/credentials.ts'
import { FormTokens } from './http/csrf.ts'
import { ownOrigins } from './http/origin.ts'
import { type Chapters, inProcess } from './in-process.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import { type Random, systemRandom } from './kernel/random.ts'
import { Sealing } from './kernel/sealing.ts'
import { type AuthOptions, configurationOfOptions } from './options.ts'
import { assetUrls } from './pages/assets.ts'
import { openPasskeys } from './passkeys.ts'
import { sessionCarrierOf } from './session-carrier.ts'
import { openSessionChecking, type SessionChecking } from './session-check.ts'
import { openSessionStore, sweepInterval } from './session-store.ts'
import { bringUpToDate, openStorage } from './storage.ts'
import { SqlAccountStore } from './stores/sql/accounts.ts'
import type { Database } from './stores/sql/database.ts'
import { SqlFactorStore } from './stores/sql/factors.ts'
import { SqlPasswordStore } from './stores/sql/passwords.ts'
import { SqlPendingLoginStore } from './stores/sql/pending-logins.ts'
import { SqlDeviceStore } from './stores/sql/trusted-devices.ts'
import { sqlUnitOfWork } from './stores/sql/unit-of-work.ts'
import { type OpenIssuer, openIssuer, tokenMetrics, tokensOf } from './token-issuing.ts'

/**
 * Sets up authentication inside an application.
 *
 * Creates the data folder, the database and the master key at first use, and migrates the database.
 *
 * @throws {ConfigurationError} The options cannot be used; every problem is named at once.
 * @throws {StoreUnavailableError} The database cannot be reached.
 *
 * @example
 * const auth = await createAuth({ url: 'http://127.0.0.1:3000', dataDir: './data' })
 */
export async function createAuth(options: AuthOptions = {}): Promise<Auth> {
  const { clock = systemClock, random = systemRandom, log = silent } = options
  return composeAuth(configurationOfOptions(options), { clock, random, log })
}

/** The world outside, as core sees it. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** The composition root: everything is wired here, once, in reading order. */
export async function composeAuth(configuration: Configuration, ports: Ports): Promise<Auth> {
  const { keys, database } = openStorage(configuration, ports.random)
  await bringUpToDate(database, configuration, ports.clock)
  const issuer = await openIssuer({ configuration, database, keys, ...ports })
  const opened = await openSessionStore({ configuration, database, random: ports.random })
  const checking = openSessionChecking({ configuration, database, sessions: opened, ...ports })
  const hashing = openHashing(configuration, ports)
  const estimator = new GuessingPool({
    clock: ports.clock,
    report: (err) => ports.log.error({ err }, 'the thread that guesses passwords has ended'),
  })
  const judge = wireJudge(configuration, estimator, ports.log)
  const hasher = new ContextHasher(hashing)
  const accounts = new SqlAccountStore(database)
  const carrier = sessionCarrierOf({ sessions: opened, checking, accounts, keys, ...ports })
  const parts = { hasher, judge, accounts, carrier, checking, issuer, keys }
  const chapters = wireChapters(configuration, database, parts, ports)
  const cookies = cookiesOf(isOverTls(configuration))
  const credentials = new Credentials(cookies, issuer.accessTokens)
  const formTokens = new FormTokens(keys, ports.random)
  const web = { cookies, credentials, formTokens, issuer: issuer.description }
  const housekeeping = keepHouse(chapters, issuer, sweepInterval(configuration), ports.log)

  return {
    fetch: createApp(wireHttp(configuration, chapters, web, ports)),
    ...inProcess(chapters, web, checking),
    ready: async () => (await isReachable(database)) && (await chapters.sessions.isReachable()),
    metrics: () => [
      ...hashingMetrics(hashing.counts),
      ...checking.metrics(),
      ...tokenMetrics(chapters.tokens.counts),
    ],
    close: async () => {
      housekeeping.end()
      await chapters.passwords.settled()
      await Promise.all([hashing.close(), estimator.close()])
      // A store that is away keeps nobody from closing.
      await chapters.sessions.writeUses().catch(() => undefined)
      checking.close()
      await opened.close?.()
      await database.close()
    },
  }
}

function wireJudge(
  { password_policy, service_name, breached_passwords_url: url }: Configuration,
  estimator: GuessEstimator,
  log: Log,
): PasswordJudge {
  const report = (fault: string) =>
    log.warn({ fault }, 'breached passwords cannot be asked; passwords are taken without')
  const breached = url && new BreachedRanges({ url, report })
  return new PasswordJudge({
    policy: password_policy,
    serviceName: service_name,
    estimator,
    breached,
  })
}

type Web = Pick<HttpContext, 'cookies' | 'credentials' | 'formTokens' | 'issuer'>

interface Parts {
  readonly hasher: PasswordHasher
  readonly judge: PasswordJudge
  readonly accounts: SqlAccountStore
  readonly carrier: SessionCarrier
  readonly checking: SessionChecking
  readonly issuer: OpenIssuer
  readonly keys: KeyRing
}

function wireChapters(
  configuration: Configuration,
  database: Database,
  { hasher, judge, accounts, carrier, checking, issuer, keys }: Parts,
  ports: Ports,
): Chapters {
  const { clock, random, log } = ports
  const { accessTokens } = issuer
  const passwords = new Passwords({
    hasher,
    store: new SqlPasswordStore(database),
    judge,
    report: (error) => log.error({ err: error }, 'replacing a password hash failed'),
  })
  const sessionPolicy = {
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
  const sessions = new Sessions({
    carrier,
    revocations: checking.revocations,
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
  const unitOfWork = sqlUnitOfWork(database)
  const proving = new Proving({ passwords, factors, passkeys, clock })
  const stepUp = new StepUp({ factors, passkeys, proving, sessions, clock })
  const requiresTwo = (account: Account) => mustHaveTwo(configuration.require_mfa, account)
  const waiting = new Waiting({
    accounts,
    store: new SqlPendingLoginStore(database),
    clock,
    random,
  })
  const completion = new Completion({ factors, devices, waiting, sessions, requiresTwo })
  const parts = { accounts, passwords, passkeys, factors, proving, sessions, waiting, completion }
  const flows = {
    login: new Login({ ...parts, clock }),
    enrolment: new Enrolment({ ...parts, revocations: checking.revocations }),
    stepUp,
    secondFactor: new SecondFactor({ ...parts, requiresTwo }),
    registration: new Registration({ passwords, unitOfWork, clock, random }),
    passwordChange: new PasswordChange({ ...parts, stepUp, unitOfWork, clock }),
    tokens: tokensOf(
      { configuration, database, keys, ...ports },
      { accessTokens, sessions, factors },
    ),
  }
  return { accounts, ...flows, passwords, passkeys, factors, devices, sessions, sessionPolicy }
}

function mustHaveTwo(required: Configuration['require_mfa'], { role }: Account): boolean {
  return required === 'all' || (required === 'admins' && role === 'admin')
}

function wireHttp(
  configuration: Configuration,
  chapters: Chapters,
  web: Web,
  ports: Ports,
): HttpContext {
  return {
    ...chapters,
    ...ports,
    ...web,
    passwordPolicy: configuration.password_policy,
    pendingLifetime,
    enrolmentTime,
    answers: new Answers(isOverTls(configuration)),
    frame: { serviceName: configuration.service_name, ...assetUrls },
    publicAddress: configuration.url,
    ownOrigins: ownOrigins(configuration.url),
    trustedProxies: blockListOf(configuration.trusted_proxies),
  }
}

function isOverTls({ url }: Configuration): boolean {
  return url.protocol === 'https:'
}

async function isReachable(database: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(database.kysely)
    return true
  } catch {
    return false
  }
}

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
