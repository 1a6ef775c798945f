import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { migrations as released } from '../../src/stores/sql/migrations/index.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import {
  type Credential,
  me,
  send,
  sendForm,
  sendJson,
  signIn,
  someoneSignedIn,
} from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { connectedTo, rowsIn } from './postgres-rows.ts'

describe('four nodes that start at once on one empty database', () => {
  let databaseUrl: string
  let nodes: ServerProcess[]

  beforeAll(async () => {
    databaseUrl = await freshPostgresDatabase()
    const env = {
      SALLYPORT_DATABASE_URL: databaseUrl,
      SALLYPORT_SECRET: randomBytes(32).toString('base64url'),
      // Without limits there would be something to complain about.
      SALLYPORT_LIMITS: '',
    }
    nodes = await Promise.all(Array.from({ length: 4 }, () => startServer({ env })))
  })

  it('are all ready, and have migrated it once', async () => {
    expect(nodes.map(({ complaints }) => complaints)).toEqual([[], [], [], []])
    const migrations = await rowsIn<{ id: string }>(
      databaseUrl,
      'select id from sallyport_migrations order by id',
    )
    expect(migrations.map(({ id }) => id)).toEqual(released.map(({ id }) => id))
  })

  it('share accounts and sessions: what one makes all know, what one ends is over for all', async () => {
    const [first, ...others] = nodes as [ServerProcess, ...ServerProcess[]]
    const { person, credential } = await someoneSignedIn(first.url)
    for (const { url } of others) {
      expect((await signIn(url, person)).status).toBe(200)
      expect((await me(url, credential)).status).toBe(200)
    }
    const last = nodes.at(-1) as ServerProcess
    expect((await sendJson(`${last.url}/logout`, {}, credential)).status).toBe(200)
    expect((await me(last.url, credential)).status).toBe(401)
    // The others know it as soon as they hear of it: see `revocation.test.ts`.
    for (const { url } of nodes) {
      await eventually('the sign-out', async () => (await me(url, credential)).status === 401)
    }
  })

  it('take each other’s form tokens', async () => {
    const [one, other] = nodes as [ServerProcess, ServerProcess]
    const { credential } = await someoneSignedIn(one.url)
    const csrf_token = await formToken(one.url, credential)
    const answer = await sendForm(`${other.url}/logout`, { csrf_token }, credential)
    expect(answer.status).toBe(303)
    expect((await me(one.url, credential)).status).toBe(401)
  })
})

it('a node with another master key does not start: it could open nothing that the others have sealed', async () => {
  const env = { SALLYPORT_DATABASE_URL: await freshPostgresDatabase() }
  const one = await startServer({ env })
  expect(one.stdout).toContain('Warning    the master key lies in the data folder of this node')
  await expect(startServer({ env })).rejects.toThrow('were sealed under another master key')
  expect((await someoneSignedIn(one.url)).credential).toBeDefined()
})

it('a node waits for one that migrates longer than any request may take', async () => {
  const databaseUrl = await freshPostgresDatabase()
  const env = {
    SALLYPORT_DATABASE_URL: databaseUrl,
    SALLYPORT_SECRET: randomBytes(32).toString('base64url'),
  }
  await startServer({ env }).then((node) => node.stop())
  const migrating = await connectedTo(databaseUrl)
  await migrating.query('begin; lock table sallyport_migrations in access exclusive mode')
  const starting = startServer({ env })
  await Promise.race([starting, delay(7000)])
  await migrating.end()
  expect((await someoneSignedIn((await starting).url)).credential).toBeDefined()
})

it('two servers that start at once in one empty folder agree on its master key', async () => {
  const dataDir = temporaryFolder()
  const [one, other] = await Promise.all([startServer({ dataDir }), startServer({ dataDir })])
  const { credential } = await someoneSignedIn(one.url)
  const csrf_token = await formToken(one.url, credential)
  const answer = await sendForm(`${other.url}/logout`, { csrf_token }, credential)
  expect(answer.status).toBe(303)
})

async function formToken(url: string, credential: Credential): Promise<string> {
  const { body } = await send(`${url}/dashboard`, { headers: credential })
  return /name="csrf_token" value="([^"]+)"/.exec(body)?.[1] ?? ''
}
