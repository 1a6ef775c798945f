import { type Conversation, requestBytes } from './http.ts'
import { loadFor } from './load.ts'
import { type Person, password, post, somebodyNew } from './people.ts'
import { SpoiltRun } from './plan.ts'
import { type RunningServer, startRival, startSallyport } from './processes.ts'

/** A server in which somebody is signed in, and others can sign in. */
export interface Contender {
  readonly name: string
  readonly server: RunningServer
  readonly sessionCheck: Conversation
  /** Of people with accounts, one after the other. */
  readonly signIn: Conversation
  readonly hashing: Hashing
}

/** What its passwords cost while they are hashed. */
export interface Hashing {
  /** How many at the same time; one for each core when left out. */
  readonly threads?: number
  readonly mebibytes: number
}

/** How the same is said to each of them. */
export interface Dialect {
  readonly start: (cores?: string, env?: Readonly<Record<string, string>>) => Promise<RunningServer>
  readonly register: { readonly path: string; readonly body: (person: Person) => object }
  readonly signIn: string
  readonly session: string
}

export const betterAuth: Dialect = {
  start: (cores, env) => startRival('better-auth', cores, env),
  register: {
    path: '/api/auth/sign-up/email',
    body: ({ email, full_name, password }) => ({ email, name: full_name, password }),
  },
  signIn: '/api/auth/sign-in/email',
  session: '/api/auth/get-session',
}

const plain = {
  register: { path: '/register', body: (person: Person) => person },
  signIn: '/login',
  session: '/me',
}

export const sallyport: Dialect = { ...plain, start: startSallyport }

export const express: Dialect = {
  ...plain,
  start: (cores, env) => startRival('express', cores, env),
}

export const fastify: Dialect = {
  ...plain,
  start: (cores, env) => startRival('fastify', cores, env),
}

/** libuv's pool has four threads, whatever the machine; both others hash there. */
const libuvThreads = 4

interface Entry {
  readonly name: string
  readonly dialect: Dialect
  readonly hashing: Hashing
}

const entries: readonly Entry[] = [
  { name: 'Sallyport', dialect: sallyport, hashing: { mebibytes: 19 } },
  // scrypt with N = 16384 and r = 16: 128 * N * r bytes (RFC 7914, 2).
  {
    name: 'better-auth',
    dialect: betterAuth,
    hashing: { threads: libuvThreads, mebibytes: 32 },
  },
  // The Blowfish state: 4 KiB.
  {
    name: 'express + bcrypt',
    dialect: express,
    hashing: { threads: libuvThreads, mebibytes: 0 },
  },
]

/** Starts all of them, Sallyport first. They stop with `stack`. */
export async function startContenders(
  stack: AsyncDisposableStack,
  cores?: string,
): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const entry of entries) {
    const server = stack.use(await entry.dialect.start(cores))
    contenders.push(await settledIn(entry, server))
  }
  return contenders
}

/** Sallyport alone, with these settings. */
export async function startSallyportAlone(
  stack: AsyncDisposableStack,
  cores: string | undefined,
  env: Readonly<Record<string, string>>,
): Promise<Contender> {
  const server = stack.use(await startSallyport(cores, env))
  return settledIn({ name: 'Sallyport', dialect: sallyport, hashing: { mebibytes: 19 } }, server)
}

const accounts = 32

/** At a hundred requests a second it would take minutes until the code is compiled. */
const warmUp = { connections: 8, milliseconds: 3000 }

async function settledIn(
  { name, dialect, hashing }: Entry,
  server: RunningServer,
): Promise<Contender> {
  const { register, session } = dialect
  const headers = asBrowsersDo(server)
  const people = Array.from({ length: accounts }, somebodyNew)
  await Promise.all(
    people.map((person) => post(server.port, register.path, register.body(person), headers)),
  )
  const [{ email }] = people as [Person, ...Person[]]
  const signedIn = await post(server.port, dialect.signIn, { email, password }, headers)
  const cookie = cookiesOf(signedIn)
  const ask = requestBytes({ path: session, headers: { cookie } })
  const signIns = people.map((person) =>
    requestBytes({
      method: 'POST',
      path: dialect.signIn,
      headers,
      json: { email: person.email, password },
    }),
  )
  let turn = 0
  const contender: Contender = {
    name,
    server,
    hashing,
    sessionCheck: {
      next: () => ask,
      // The address is in the answer only when the session is known.
      check: ({ status, head, body }) =>
        status === 200 && body.includes(email) ? undefined : `not valid: ${head} ${body}`,
    },
    signIn: {
      next: () => signIns[turn++ % accounts] as Buffer,
      check: ({ status, head, body }) =>
        status === 200 && /\r\nset-cookie: /i.test(head)
          ? undefined
          : `not signed in: ${head} ${body}`,
    },
  }
  const { connections, milliseconds } = warmUp
  const { problems } = await loadFor(
    { server, connections, ...contender.sessionCheck },
    milliseconds,
  )
  if (problems.length > 0) throw new SpoiltRun(`${name}: ${problems[0]}`)
  return contender
}

/** better-auth asks for it. */
export function asBrowsersDo({ port }: RunningServer): Readonly<Record<string, string>> {
  return { origin: `http://127.0.0.1:${port}` }
}

export function cookiesOf({ headers }: Response): string {
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  if (cookies.length === 0) throw new Error('a sign-in set no cookie')
  return cookies.join('; ')
}
