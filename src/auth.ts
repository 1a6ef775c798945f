import { sql } from 'kysely'
import { blockListOf, type Configuration } from './config/index.ts'
import { Login, type LoginOutcome } from './core/flows/login/index.ts'
import { Registration, type RegistrationOutcome } from './core/flows/registration/index.ts'
import { Passwords } from './core/passwords/index.ts'
import { type Authenticated, Sessions } from './core/sessions/index.ts'
import { HasherPool } from './hashers/pool.ts'
import { Answers } from './http/answers.ts'
import { type Connection, createApp } from './http/app.ts'
import type { HttpContext, Log } from './http/context.ts'
import { SessionCookie } from './http/cookies.ts'
import { presentedToken, type RequestLike } from './http/credentials.ts'
import { FormTokens } from './http/csrf.ts'
import { ownOrigins } from './http/origin.ts'
import { type Clock, minutes, systemClock } from './kernel/clock.ts'
import { type Random, systemRandom } from './kernel/random.ts'
import { Secret } from './kernel/secret.ts'
import { type AuthOptions, configurationOfOptions } from './options.ts'
import { assetUrls } from './pages/assets.ts'
import { bringUpToDate, openStorage } from './storage.ts'
import { SqlAccountStore } from './stores/sql/accounts.ts'
import type { Database } from './stores/sql/database.ts'
import { SqlPasswordStore } from './stores/sql/passwords.ts'
import { SqlSessionStore } from './stores/sql/sessions.ts'
import { sqlUnitOfWork } from './stores/sql/unit-of-work.ts'

/** What somebody gives to get an account. */
export interface RegistrationInput {
  readonly email: string
  readonly fullName: string
  readonly password: string
}

/** What somebody gives to sign in. */
export interface LoginInput {
  readonly email: string
  readonly password: string
  /** How the token will travel: `cookie` (the default) or `bearer`. */
  readonly transport?: 'cookie' | 'bearer'
  /** The request that asks, if there is one: the session that it carries ends as the new one begins. */
  readonly request?: RequestLike
}

/** An authentication engine: pages and API as one web-standard handler, and the same verbs in process. */
export interface Auth {
  /**
   * Answers a request to one of Sallyport's addresses; 404 for any other.
   *
   * @param connection - What only the adapter knows, such as the address of the peer.
   */
  fetch(request: Request, connection?: Connection): Promise<Response>

  /**
   * Tells who sent a request, by cookie or bearer token, or `undefined` when nobody is signed in.
   *
   * Takes a web `Request` or what `node:http` hands out. Unknown, expired and ended sessions are
   * deliberately indistinguishable. A successful call may extend the session; the cookie stays as it is.
   *
   * @throws {StoreUnavailableError} The store cannot answer. Treat it as "not known", never as signed in.
   * @see OWASP ASVS 5.0, 7.2
   *
   * @example Protect a handler
   * const who = await auth.authenticate(request)
   * if (!who) return new Response('Sign in first', { status: 401 })
   */
  authenticate(request: RequestLike): Promise<Authenticated | undefined>

  /**
   * Makes an account, by the rules of the register page. Expected refusals are values.
   * @throws {OverloadedError} Too many passwords are being hashed; nothing was done.
   */
  register(input: RegistrationInput): Promise<RegistrationOutcome>

  /**
   * Signs somebody in, by the rules of the login page. With `signed_in` comes the token, once; send it
   * to the browser with {@link Auth.cookieFor}, or to a native client as it is.
   *
   * @throws {OverloadedError} Too many passwords are being hashed; nothing was done.
   */
  login(input: LoginInput): Promise<LoginOutcome>

  /** The `Set-Cookie` value that hands a browser its session token. */
  cookieFor(token: Secret): string

  /** Ends the session that a request carries, if any. Gives the `Set-Cookie` value that clears the cookie. */
  logout(request: RequestLike): Promise<string>

  /** Can the store be reached? For a readiness probe. Never throws. */
  ready(): Promise<boolean>

  /** Lets the database and the hashing threads go. Requests in flight should have been answered. */
  close(): Promise<void>
}

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
export function createAuth(options: AuthOptions = {}): Promise<Auth> {
  const { clock = systemClock, random = systemRandom, log = silent } = options
  return composeAuth(configurationOfOptions(options), { clock, random, log })
}

/** The world outside, as core sees it. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** The composition root: every chapter is wired here, once, in reading order. */
export async function composeAuth(configuration: Configuration, ports: Ports): Promise<Auth> {
  const { clock, random, log } = ports
  const { keys, database } = openStorage(configuration, random)
  await bringUpToDate(database, configuration, clock)

  const hasher = new HasherPool({
    random,
    threads: configuration.hash_threads,
    queue: configuration.hash_queue,
  })
  const accounts = new SqlAccountStore(database)
  const passwords = new Passwords({
    hasher,
    store: new SqlPasswordStore(database),
    policy: configuration.password_policy,
    serviceName: configuration.service_name,
  })
  const sessionPolicy = {
    idle: configuration.session_idle,
    lifetime: configuration.session_lifetime,
  }
  const sessions = new Sessions({
    store: new SqlSessionStore(database),
    accounts,
    policy: sessionPolicy,
    clock,
    random,
  })
  const login = new Login({ accounts, passwords, sessions })
  const unitOfWork = sqlUnitOfWork(database)
  const registration = new Registration({ passwords, unitOfWork, clock, random })

  const overTls = configuration.url.protocol === 'https:'
  const cookie = new SessionCookie(overTls)
  const context: HttpContext = {
    login,
    registration,
    sessions,
    sessionPolicy,
    passwordPolicy: configuration.password_policy,
    answers: new Answers(overTls),
    cookie,
    formTokens: new FormTokens(keys, random),
    frame: { serviceName: configuration.service_name, ...assetUrls },
    publicAddress: configuration.url,
    ownOrigins: ownOrigins(configuration.url),
    trustedProxies: blockListOf(configuration.trusted_proxies),
    clock,
    random,
    log,
  }

  const housekeeping = setInterval(() => {
    sessions.sweep().catch((error: unknown) => log.error({ err: error }, 'sweeping failed'))
  }, minutes(5))
  housekeeping.unref()

  return {
    fetch: createApp(context),
    authenticate: async (request) => {
      const presented = presentedToken(request, cookie)
      return presented && sessions.authenticate(presented)
    },
    register: (input) => registration.register({ ...input, password: new Secret(input.password) }),
    login: ({ email, password, transport = 'cookie', request }) =>
      login.withPassword({
        email,
        password: new Secret(password),
        kind: transport === 'cookie' ? 'session' : 'bearer',
        presented: request && presentedToken(request, cookie),
      }),
    cookieFor: (token) => cookie.give(token.expose(), sessionPolicy.lifetime),
    logout: async (request) => {
      const presented = presentedToken(request, cookie)
      if (presented) await sessions.end(presented)
      return cookie.take()
    },
    ready: () => isReachable(database),
    close: async () => {
      clearInterval(housekeeping)
      await hasher.close()
      await database.close()
    },
  }
}

async function isReachable(database: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(database.kysely)
    return true
  } catch {
    return false
  }
}

const silent: Log = { info: () => undefined, error: () => undefined }
