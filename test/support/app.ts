import { expect } from 'vitest'
import type { AccountId } from '../../src/core/accounts/index.ts'
import type { PasswordHash } from '../../src/core/passwords/index.ts'
import { type Auth, type AuthOptions, createAuth } from '../../src/index.ts'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import type { Database } from '../../src/stores/sql/database.ts'
import { SqlPasswordStore } from '../../src/stores/sql/passwords.ts'
import { openSqlite } from '../../src/stores/sql/sqlite.ts'
import { FakeClock } from '../../src/testing/clock.ts'
import { onCleanUp, temporaryFolder } from './clean-up.ts'

export interface Person {
  readonly email: string
  readonly full_name: string
  readonly password: string
}

let people = 0

/** Somebody with an address of their own, so that the tests of a file can share an app. */
export function somebody(given: Partial<Person> = {}): Person {
  people += 1
  return {
    email: `person${people}@mail.test.example`,
    full_name: `Ada Quinn ${people}`,
    password: 'violet harbour lantern',
    ...given,
  }
}

export type HeaderRecord = Readonly<Record<string, string>>

type RawBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>

/** What every browser adds to a form of ours. */
export const sameOrigin = (app: App): HeaderRecord => ({
  origin: app.origin,
  'sec-fetch-site': 'same-origin',
})

export const asJson: HeaderRecord = { 'content-type': 'application/json' }
export const asForm: HeaderRecord = { 'content-type': 'application/x-www-form-urlencoded' }

/** An auth of its own in a temporary folder, its time in our hands. Nothing is limited, unless the test asks for it. */
export async function startApp(options: AuthOptions = {}): Promise<App> {
  const dataDir = options.dataDir ?? temporaryFolder()
  const clock = new FakeClock()
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(logLine(fields, message))
  const log = { info: write, warn: write, error: write }
  const auth = await createAuth({
    hashThreads: 2,
    clock,
    log,
    limits: 'all=off',
    ...options,
    dataDir,
  })
  const app = new App(auth, clock, dataDir, options.url ?? 'http://127.0.0.1:8000', lines)
  onCleanUp(() => app.close())
  return app
}

/** As pino would write it: errors with their messages and causes. */
function logLine(fields: object, message: string): string {
  return JSON.stringify({ ...fields, message }, (_, value: unknown) =>
    value instanceof Error
      ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
      : value,
  )
}

export class App {
  readonly auth: Auth
  readonly clock: FakeClock
  readonly dataDir: string
  readonly origin: string
  /** Every line that was logged. */
  readonly lines: readonly string[]
  #closed = false

  constructor(
    auth: Auth,
    clock: FakeClock,
    dataDir: string,
    origin: string,
    lines: readonly string[],
  ) {
    this.auth = auth
    this.clock = clock
    this.dataDir = dataDir
    this.origin = origin
    this.lines = lines
  }

  request(
    method: string,
    path: string,
    headers: HeaderRecord = {},
    body?: RawBody,
  ): Promise<Response> {
    const url = this.origin + path
    const init = { method, headers, ...(body !== undefined && { body, duplex: 'half' as const }) }
    return this.auth.fetch(new Request(url, init))
  }

  get(path: string, headers: HeaderRecord = {}): Promise<Response> {
    return this.request('GET', path, headers)
  }

  /** A program's request. A text is sent as it is. */
  postJson(path: string, body: unknown, headers: HeaderRecord = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return this.request('POST', path, { ...asJson, ...headers }, text)
  }

  /** A form as a browser sends it from our own page. A text is sent as it is. */
  postForm(
    path: string,
    fields: Readonly<Record<string, string>> | string,
    headers: HeaderRecord = {},
  ): Promise<Response> {
    const body = typeof fields === 'string' ? fields : new URLSearchParams({ ...fields }).toString()
    return this.request('POST', path, { ...asForm, ...sameOrigin(this), ...headers }, body)
  }

  async registered(given: Partial<Person> = {}): Promise<Person> {
    const person = somebody(given)
    const response = await this.postJson('/register', person)
    expect(response.status, await response.clone().text()).toBe(201)
    return person
  }

  /** Signs in and gives the Cookie header that a browser would send from now on. */
  async cookieOf({ email, password }: Person, headers: HeaderRecord = {}): Promise<string> {
    const response = await this.postJson('/login', { email, password }, headers)
    expect(response.status).toBe(200)
    return cookieIn(response)
  }

  async bearerOf({ email, password }: Person, headers: HeaderRecord = {}): Promise<string> {
    const body = { email, password, transport: 'bearer' }
    const response = await this.postJson('/login', body, headers)
    expect(response.status).toBe(200)
    return (await jsonOf(response))['session_id'] as string
  }

  /** 200 when the headers speak for somebody, else 401. */
  async meStatus(headers: HeaderRecord): Promise<number> {
    return (await this.get('/me', headers)).status
  }

  /** The token in the sign-out form of the dashboard. */
  async formTokenOf(cookie: string): Promise<string> {
    const page = await (await this.get('/dashboard', { cookie })).text()
    return /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
  }

  /** As an administrator would, in the same database. */
  async setStatus({ email }: Person, status: 'active' | 'disabled'): Promise<void> {
    await using database = openSqlite(`${this.dataDir}/sallyport.db`)
    const accounts = new SqlAccountStore(database)
    const account = await accounts.findByEmail(email as never)
    expect(account && (await accounts.setStatus(account.id, status))).toBe(true)
  }

  /** What the database holds of somebody's password. */
  async storedHash(person: Person): Promise<string | undefined> {
    const [database, id] = await this.#behind(person)
    await using _ = database
    return (await new SqlPasswordStore(database).find(id))?.hash
  }

  /** Puts a hash there that was made elsewhere, as an import does; or takes away what is there. */
  async storeHash(person: Person, hash: string | undefined): Promise<void> {
    const [database, id] = await this.#behind(person)
    await using _ = database
    const { kysely } = database
    await kysely.deleteFrom('passwords').where('account_id', '=', id).execute()
    if (hash === undefined) return
    const password = { hash: hash as PasswordHash, normalForm: undefined }
    expect(await new SqlPasswordStore(database).insert(id, password, this.clock.now())).toBe(true)
  }

  async #behind({ email }: Person): Promise<[Database, AccountId]> {
    const database = openSqlite(`${this.dataDir}/sallyport.db`)
    const account = await new SqlAccountStore(database).findByEmail(email as never)
    return [database, account?.id as AccountId]
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.auth.close()
  }
}

/** The cookies that a response sets, but for the one that only says that somebody has signed in here before. */
export function cookiesIn(response: Response): string[] {
  return response.headers
    .getSetCookie()
    .filter((cookie) => !/^(?:__Host-)?sallyport_known=/.test(cookie))
}

/** `name=value` of the one cookie that a response sets. */
export function cookieIn(response: Response): string {
  const cookies = cookiesIn(response)
  expect(cookies).toHaveLength(1)
  return cookies[0]?.split(';')[0] ?? ''
}

// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer, it checks.
export async function jsonOf(response: Response): Promise<Record<string, any>> {
  return JSON.parse(await response.text())
}

/** A person's browser: keeps the cookie, sends what browsers send. */
export class Browser {
  readonly #app: App
  cookie = ''

  constructor(app: App) {
    this.#app = app
  }

  async open(path: string): Promise<Response> {
    return this.#kept(await this.#app.get(path, { ...this.#cookies, accept: 'text/html' }))
  }

  async submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { ...this.#cookies, accept: 'text/html' }
    return this.#kept(await this.#app.postForm(path, fields, headers))
  }

  get #cookies(): HeaderRecord {
    return this.cookie === '' ? {} : { cookie: this.cookie }
  }

  #kept(response: Response): Response {
    for (const line of cookiesIn(response)) {
      this.cookie = line.includes('Max-Age=0') ? '' : (line.split(';')[0] ?? '')
    }
    return response
  }
}

/** What every answer carries, whatever its status. */
export const fixedHeaders: Readonly<Record<string, unknown>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': expect.stringMatching(
    /^default-src 'none';.*frame-ancestors 'none'/,
  ) as unknown,
  'cache-control': 'no-store',
  'x-request-id': expect.stringMatching(/^req_[\w-]{22}$/) as unknown,
}
