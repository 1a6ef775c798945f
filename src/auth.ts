import { sql } from 'kysely'
import type { Auth } from './api.ts'
import { limitNoting, openAudit } from './auditing.ts'
import { BreachedRanges } from './breaches/ranges.ts'
import { wireChapters } from './chapters.ts'
import { blockListOf, type Configuration } from './config/index.ts'
import { enrolmentTime, pendingLifetime } from './core/flows/login/index.ts'
import { type GuessEstimator, PasswordJudge } from './core/passwords/index.ts'
import type { Revocations } from './core/sessions/index.ts'
import type { UnitOfWork } from './core/unit-of-work.ts'
import { GuessingPool } from './guessing/pool.ts'
import { ContextHasher } from './hashers/password-hasher.ts'
import { openHashing } from './hashing.ts'
import { keepHouse } from './housekeeping.ts'
import { Answers } from './http/answers.ts'
import { createApp } from './http/app.ts'
import { Asking } from './http/asking.ts'
import { ClientAddresses } from './http/client.ts'
import type { HttpContext, Log } from './http/context.ts'
import { cookiesOf } from './http/cookies.ts'
import { Credentials } from './http/credentials.ts'
import { FormTokens } from './http/csrf.ts'
import { ownOrigins } from './http/origin.ts'
import { type Chapters, inProcess } from './in-process.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import { type Random, systemRandom } from './kernel/random.ts'
import { openLimiting } from './limiting.ts'
import { Meters } from './metrics/meters.ts'
import { type AuthOptions, configurationOfOptions } from './options.ts'
import { assetUrls } from './pages/assets.ts'
import { sessionCarrierOf } from './session-carrier.ts'
import { openSessionChecking, type SessionChecking } from './session-check.ts'
import { openSessionStore } from './session-store.ts'
import { bringUpToDate, openStorage } from './storage.ts'
import { SqlAccountStore } from './stores/sql/accounts.ts'
import type { Database } from './stores/sql/database.ts'
import { openIssuer } from './token-issuing.ts'

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
  const ports = { clock, random, log, meters: new Meters() }
  return composeAuth(configurationOfOptions(options), ports)
}

/** The world outside, as core sees it. */
interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meters: Meters
}

/** The composition root: everything is wired here, once, in reading order. */
export async function composeAuth(configuration: Configuration, ports: Ports): Promise<Auth> {
  const { keys, database } = openStorage(configuration, ports.random)
  await bringUpToDate(database, configuration, ports.clock)
  const asking = new Asking()
  const place = { configuration, database, keys, asking, ...ports }
  const audit = openAudit(place)
  const issuer = await openIssuer({ ...place, audit })
  const opened = await openSessionStore(place)
  const limiting = openLimiting(place)
  const checking = toldAfterwards(openSessionChecking({ ...place, sessions: opened }), database)
  const hashing = openHashing(configuration, ports)
  const estimator = new GuessingPool({
    clock: ports.clock,
    report: (err) => ports.log.error({ err }, 'the thread that guesses passwords has ended'),
  })
  const accounts = new SqlAccountStore(database)
  const carrier = sessionCarrierOf({ sessions: opened, checking, accounts, keys, ...ports })
  const limitReached = limitNoting(audit, limiting.limits, ports.meters)
  const chapters = wireChapters({
    ...place,
    ...limiting,
    hasher: new ContextHasher(hashing),
    judge: wireJudge(configuration, estimator, ports.log),
    accounts,
    carrier,
    checking,
    issuer,
    audit,
    limitReached,
  })
  const cookies = cookiesOf(isOverTls(configuration))
  const credentials = new Credentials(cookies, issuer.accessTokens)
  const formTokens = new FormTokens(keys, ports.random)
  const { limits, knownDevices } = limiting
  const counting = { audit, limits, knownDevices, limitReached, asking }
  const web = { cookies, credentials, formTokens, issuer: issuer.description, ...counting }
  const housekeeping = keepHouse(chapters, { issuer, limits, audit, configuration, ...ports })

  return {
    fetch: createApp(wireHttp(configuration, chapters, web, ports)),
    ...inProcess(chapters, web, checking),
    ready: async () => (await isReachable(database)) && (await chapters.sessions.isReachable()),
    metrics: () => ports.meters.text(),
    close: async () => {
      housekeeping.end()
      await chapters.passwords.settled()
      await Promise.all([hashing.close(), estimator.close()])
      // A store that is away keeps nobody from closing.
      await chapters.sessions.writeUses().catch(() => undefined)
      checking.close()
      await opened.close?.()
      await limiting.close()
      await database.close()
    },
  }
}

/** Nobody is told of an end that may yet be undone: they would look again too early, and remember what they find. */
function toldAfterwards(checking: SessionChecking, unit: UnitOfWork): SessionChecking {
  const announce: Revocations['announce'] = (words) =>
    unit.afterwards(() => checking.revocations.announce(words))
  return { ...checking, revocations: { announce } }
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

type Web = Pick<
  HttpContext,
  | 'cookies'
  | 'credentials'
  | 'formTokens'
  | 'issuer'
  | 'audit'
  | 'limits'
  | 'knownDevices'
  | 'limitReached'
  | 'asking'
>

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
    clientAddresses: new ClientAddresses({
      trusted: blockListOf(configuration.trusted_proxies),
      log: ports.log,
    }),
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
