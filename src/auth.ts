import { sql } from 'kysely'
import type { Auth } from './api.ts'
import { BreachedRanges } from './breaches/ranges.ts'
import { blockListOf, type Configuration } from './config/index.ts'
import { Login } from './core/flows/login/index.ts'
import { PasswordChange } from './core/flows/password-change/index.ts'
import { Registration } from './core/flows/registration/index.ts'
import {
  type GuessEstimator,
  type PasswordHasher,
  PasswordJudge,
  Passwords,
} from './core/passwords/index.ts'
import { type Client, type SessionCarrier, Sessions, usesWritten } from './core/sessions/index.ts'
import { GuessingPool } from './guessing/pool.ts'
import { ContextHasher } from './hashers/password-hasher.ts'
import { hashingMetrics, openHashing } from './hashing.ts'
import { Answers } from './http/answers.ts'
import { createApp } from './http/app.ts'
import type { HttpContext, Log } from './http/context.ts'
import { SessionCookie } from './http/cookies.ts'
import { header, presentedToken, type RequestLike } from './http/credentials.ts'
import { FormTokens } from './http/csrf.ts'
import { ownOrigins } from './http/origin.ts'
import { type Clock, type Duration, systemClock } from './kernel/clock.ts'
import { refused } from './kernel/outcome.ts'
import { type Random, systemRandom } from './kernel/random.ts'
import { Secret } from './kernel/secret.ts'
import { type AuthOptions, configurationOfOptions } from './options.ts'
import { assetUrls } from './pages/assets.ts'
import { sessionCarrierOf } from './session-carrier.ts'
import { openSessionChecking, type SessionChecking } from './session-check.ts'
import { openSessionStore, sweepInterval } from './session-store.ts'
import { bringUpToDate, openStorage } from './storage.ts'
import { SqlAccountStore } from './stores/sql/accounts.ts'
import type { Database } from './stores/sql/database.ts'
import { SqlPasswordStore } from './stores/sql/passwords.ts'
import { sqlUnitOfWork } from './stores/sql/unit-of-work.ts'

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
  const parts = { hasher, judge, accounts, carrier, checking }
  const chapters = wireChapters(configuration, database, parts, ports)
  const cookie = new SessionCookie(isOverTls(configuration))
  const formTokens = new FormTokens(keys, ports.random)
  const housekeeping = keepHouse(chapters.sessions, sweepInterval(configuration), ports.log)

  return {
    fetch: createApp(wireHttp(configuration, chapters, cookie, formTokens, ports)),
    ...inProcess(chapters, cookie, checking),
    ready: async () => (await isReachable(database)) && (await chapters.sessions.isReachable()),
    metrics: () => [...hashingMetrics(hashing.counts), ...checking.metrics()],
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

type Chapters = Pick<
  HttpContext,
  | 'accounts'
  | 'login'
  | 'registration'
  | 'passwordChange'
  | 'passwords'
  | 'sessions'
  | 'sessionPolicy'
>

interface Parts {
  readonly hasher: PasswordHasher
  readonly judge: PasswordJudge
  readonly accounts: SqlAccountStore
  readonly carrier: SessionCarrier
  readonly checking: SessionChecking
}

function wireChapters(
  configuration: Configuration,
  database: Database,
  { hasher, judge, accounts, carrier, checking }: Parts,
  { clock, random, log }: Ports,
): Chapters {
  const passwords = new Passwords({
    hasher,
    store: new SqlPasswordStore(database),
    judge,
    clock,
    report: (error) => log.error({ err: error }, 'replacing a password hash failed'),
  })
  const sessionPolicy = {
    idle: configuration.session_idle,
    lifetime: configuration.session_lifetime,
    fresh: configuration.session_fresh,
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
  const login = new Login({ accounts, passwords, sessions })
  const unitOfWork = sqlUnitOfWork(database)
  const registration = new Registration({ passwords, unitOfWork, clock, random })
  const passwordChange = new PasswordChange({ accounts, passwords, sessions, unitOfWork, clock })
  return { accounts, login, registration, passwordChange, passwords, sessions, sessionPolicy }
}

function wireHttp(
  configuration: Configuration,
  chapters: Chapters,
  cookie: SessionCookie,
  formTokens: FormTokens,
  ports: Ports,
): HttpContext {
  return {
    ...chapters,
    ...ports,
    cookie,
    formTokens,
    passwordPolicy: configuration.password_policy,
    answers: new Answers(isOverTls(configuration)),
    frame: { serviceName: configuration.service_name, ...assetUrls },
    publicAddress: configuration.url,
    ownOrigins: ownOrigins(configuration.url),
    trustedProxies: blockListOf(configuration.trusted_proxies),
  }
}

/** The verbs for the application around us. Not the HTTP handlers: those take nothing but requests. */
function inProcess(
  { accounts, login, registration, passwordChange, sessions, sessionPolicy }: Chapters,
  cookie: SessionCookie,
  { onRevoked }: SessionChecking,
): Omit<Auth, 'fetch' | 'ready' | 'metrics' | 'close'> {
  return {
    authenticate: (request) => sessions.authenticate(presentedToken(request, cookie)),
    accounts: { find: (id) => accounts.findById(id) },
    register: (input) => registration.register({ ...input, password: new Secret(input.password) }),
    login: ({ email, password, transport = 'cookie', request }) =>
      login.withPassword({
        client: clientOf(request),
        email,
        password: new Secret(password),
        kind: transport === 'bearer' ? 'bearer' : 'session',
        presented: request && presentedToken(request, cookie),
      }),
    changePassword: async ({ request, currentPassword, newPassword }) => {
      const presented = presentedToken(request, cookie)
      const actor = presented && (await sessions.authenticate(presented))
      if (!actor) return refused('not_authenticated')
      return passwordChange.change({
        actor,
        presented,
        currentPassword: new Secret(currentPassword),
        newPassword: new Secret(newPassword),
      })
    },
    sessions: {
      list: (account) => sessions.list(account),
      revoke: (account, session) => sessions.endById(account, session),
      revokeAll: (account) => sessions.endAll(account),
      onRevoked,
    },
    cookieFor: (token) => cookie.give(token.expose(), sessionPolicy.lifetime),
    logout: async (request) => {
      const presented = presentedToken(request, cookie)
      if (presented) await sessions.end(presented)
      return cookie.take()
    },
  }
}

/** The address is known to the listener only, not to who calls the library. */
function clientOf(request: RequestLike | undefined): Client {
  return { agent: (request && header(request.headers, 'user-agent')) ?? '', address: '' }
}

function isOverTls({ url }: Configuration): boolean {
  return url.protocol === 'https:'
}

/** Never keeps a process alive, and never ends one: what is swept is dead already, and uses wait. */
function keepHouse(sessions: Sessions, interval: Duration, log: Log): { end(): void } {
  const every = (milliseconds: Duration, work: () => Promise<void>, failed: string) =>
    setInterval(
      () => work().catch((error: unknown) => log.error({ err: error }, failed)),
      milliseconds,
    ).unref()
  const timers = [
    every(interval, () => sessions.sweep(), 'sweeping failed'),
    every(usesWritten, () => sessions.writeUses(), 'writing down which sessions were used failed'),
  ]
  return { end: () => timers.forEach(clearInterval) }
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
