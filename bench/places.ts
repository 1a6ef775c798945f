import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { SessionStore } from '../src/core/sessions/index.ts'
import { type Auth, type AuthOptions, createAuth } from '../src/index.ts'
import { systemRandom } from '../src/kernel/random.ts'
import { FileSessionStore } from '../src/stores/filesystem/sessions.ts'
import { openMemcachedSessionStore } from '../src/stores/memcached/sessions.ts'
import { openRedisSessionStore } from '../src/stores/redis/sessions.ts'
import { type Backend, startMemcached, startPostgres, startRedis } from './backends.ts'
import { password, somebodyNew } from './people.ts'
import { freshFolder } from './processes.ts'
import { addToPostgres, addToSqlite, type SignedIn, unmoved } from './signed-in.ts'

/** The library with its sessions in one of the places where they can be. */
export interface Place {
  readonly name: string
  readonly auth: Auth
  /** Of the people who are signed in there. */
  readonly cookies: readonly string[]
  /** The server that keeps them, where there is one. */
  readonly backend?: Backend
}

/** Opens all of them, with these people signed in. They close with `stack`. */
export async function openPlaces(
  stack: AsyncDisposableStack,
  people: readonly SignedIn[],
  cores: string | undefined,
): Promise<Place[]> {
  const redis = stack.use(await startRedis(cores))
  const memcached = stack.use(await startMemcached(cores))
  const postgres = stack.use(await startPostgres(cores))
  const cookies = people.map(({ cookie }) => cookie)
  const shared = { stack, people, cookies }
  return [
    { name: 'SQLite', cookies, auth: (await onSqlite(shared, {})).auth },
    await inMemory(shared),
    await inFiles(shared),
    await inRedis(shared, redis),
    await inMemcached(shared, memcached),
    await inPostgres(shared, postgres),
  ]
}

interface Shared {
  readonly stack: AsyncDisposableStack
  readonly people: readonly SignedIn[]
  readonly cookies: readonly string[]
}

/** With accounts in SQLite, as they are wherever sessions are; and their sessions too. */
async function onSqlite(
  { stack, people }: Shared,
  options: AuthOptions,
): Promise<{ readonly auth: Auth; readonly dataDir: string }> {
  const { auth, dataDir } = await opened(stack, options)
  addToSqlite(join(dataDir, 'sallyport.db'), people)
  return { auth, dataDir }
}

async function opened(stack: AsyncDisposableStack, options: AuthOptions) {
  const dataDir = freshFolder()
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const auth = await createAuth({ ...unmoved, ...options, dataDir })
  stack.defer(() => auth.close())
  return { auth, dataDir }
}

const sessionsEach = 100

/** Nothing but a sign-in leads into it: so they are fewer, ten people with a hundred sessions each. */
async function inMemory({ stack }: Shared): Promise<Place> {
  const { auth } = await opened(stack, { sessionStore: 'memory' })
  const cookies: string[] = []
  for (const { email, full_name } of Array.from({ length: 10 }, somebodyNew)) {
    await auth.register({ email, fullName: full_name, password })
    const signIns = Array.from({ length: sessionsEach }, () => auth.login({ email, password }))
    for (const outcome of await Promise.all(signIns)) {
      if (outcome.kind !== 'signed_in') throw new Error(`a sign-in was ${outcome.kind}`)
      cookies.push(auth.cookieFor(outcome.token).split(';')[0] ?? '')
    }
  }
  return { name: 'memory', auth, cookies }
}

async function inFiles(shared: Shared): Promise<Place> {
  const { auth, dataDir } = await onSqlite(shared, { sessionStore: 'filesystem' })
  await addTo(await FileSessionStore.open(join(dataDir, 'sessions'), systemRandom), shared)
  return { name: 'filesystem', auth, cookies: shared.cookies }
}

async function inRedis(shared: Shared, backend: Backend): Promise<Place> {
  const { auth } = await onSqlite(shared, { redisUrl: backend.url })
  const store = openRedisSessionStore({ url: backend.url })
  await addTo(store, shared)
  await store.close()
  return { name: 'Redis', auth, cookies: shared.cookies, backend }
}

async function inMemcached(shared: Shared, backend: Backend): Promise<Place> {
  const { url } = backend
  const { auth } = await onSqlite(shared, { sessionStore: 'memcached', memcachedUrl: url })
  const store = openMemcachedSessionStore({ url })
  await addTo(store, shared)
  await store.close()
  return { name: 'memcached', auth, cookies: shared.cookies, backend }
}

async function inPostgres(shared: Shared, backend: Backend): Promise<Place> {
  const { auth } = await opened(shared.stack, { databaseUrl: backend.url })
  const client = new pg.Client(backend.url)
  await client.connect()
  await addToPostgres(client, shared.people)
  await client.end()
  return { name: 'PostgreSQL', auth, cookies: shared.cookies, backend }
}

/** So many at the same time that a store which waits for a disk does not take minutes. */
const atOnce = 100

async function addTo(store: SessionStore, { people }: Shared): Promise<void> {
  for (let start = 0; start < people.length; start += atOnce) {
    const group = people.slice(start, start + atOnce)
    await Promise.all(group.map(({ session }) => store.insert(session)))
  }
}
