import { beforeAll, describe, expect, it } from 'vitest'
import { aPerson, me, register, signIn } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { execute } from '../support/postgres-client.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { liveness, readiness, startsOf, untilReadinessIs } from './health.ts'
import { aMember, expectAnOutage, longestWait, type Member } from './outage.ts'
import { connectedTo, rowsIn } from './postgres-rows.ts'

let postgres: PostgresServer
let databaseUrl: string
let server: ServerProcess
let member: Member

beforeAll(async () => {
  postgres = await startPostgres()
  databaseUrl = await postgres.createDatabase()
  server = await startServer({ env: { SALLYPORT_DATABASE_URL: databaseUrl } })
  member = await aMember(server.url)
})

describe('while PostgreSQL is away', () => {
  const outages = [
    { title: 'stopped', begin: () => postgres.stop(), end: () => postgres.start() },
    { title: 'killed', begin: () => postgres.kill(), end: () => postgres.start() },
    { title: 'frozen', begin: () => postgres.pause(), end: () => postgres.resume() },
  ]

  it.each(outages)(
    'because it was $title, the answer is 503 with Retry-After, and afterwards all goes on',
    async ({ begin, end }) => {
      await begin()
      try {
        await expectAnOutage(server, member)
        expect(await readiness(server)).toBe(503)
      } finally {
        await end()
      }
      await untilReadinessIs(200, server)
      await expectAllWell()
    },
  )

  it('a burst of requests is told so in time, and leaves no connection that cannot be used', async () => {
    const burst = () =>
      Promise.all(Array.from({ length: 100 }, () => me(server.url, member.credential)))
    const answers = await whileFrozen(burst)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(longestWait)
    await untilReadinessIs(200, server)
    const later = await burst()
    expect(new Set(later.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

it('goes on after the database has closed all idle connections', async () => {
  await Promise.all(Array.from({ length: 20 }, () => me(server.url, member.credential)))
  await execute(databaseUrl, terminateAll)
  await eventually('no connections', async () => (await connections()).length === 0)
  await expectAllWell()
})

it('goes on after the database has closed connections in the middle of transactions', async () => {
  const answers = await whileAccountsAreLocked(async () => {
    const registrations = Array.from({ length: 8 }, () => register(server.url, aPerson()))
    await untilTheyWait(registrations.length)
    await execute(databaseUrl, terminateAll)
    return await Promise.all(registrations)
  })
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
  await expectAllWell()
})

it('gives up on a statement that waits for a lock, and undoes what it had begun', async () => {
  const person = aPerson()
  const { status, took } = await whileAccountsAreLocked(() => register(server.url, person))
  expect(status).toBe(503)
  expect(took).toBeLessThan(longestWait)
  expect((await register(server.url, person)).status).toBe(201)
})

it('gives up in time when PostgreSQL freezes in the middle of a transaction', async () => {
  const person = aPerson()
  const { status, took } = await whileAccountsAreLocked(async () => {
    const registration = register(server.url, person)
    await untilTheyWait(1)
    return await whileFrozen(() => registration)
  })
  expect(status).toBe(503)
  expect(took).toBeLessThan(longestWait)
  await untilReadinessIs(200, server)
  expect((await register(server.url, person)).status).toBe(201)
})

it('writes nothing secret into the log when it fails, and every line of it is JSON', () => {
  const lines = server.stderr.trim().split('\n')
  expect(lines.filter((line) => line.includes('request failed')).length).toBeGreaterThan(10)
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level')
  const secrets = [
    member.person.password,
    ...Object.values(member.credential).map((value) => value.replace(/^\S+[= ]/, '')),
    new URL(databaseUrl).password,
    '$argon2id$',
    'quiet lanterns',
  ]
  expect(secrets.filter((secret) => server.stderr.includes(secret))).toEqual([])
})

async function expectAllWell(): Promise<void> {
  expect((await me(server.url, member.credential)).status).toBe(200)
  expect((await signIn(server.url, member.person)).status).toBe(200)
  expect((await register(server.url, aPerson())).status).toBe(201)
  expect(await liveness(server)).toBe(200)
  expect(startsOf(server)).toBe(1)
}

const ours = `application_name = 'sallyport' and datname = current_database()`
const terminateAll = `select pg_terminate_backend(pid) from pg_stat_activity where ${ours}`

function connections(): Promise<object[]> {
  return rowsIn(databaseUrl, `select pid from pg_stat_activity where ${ours}`)
}

async function whileFrozen<Result>(work: () => Promise<Result>): Promise<Result> {
  postgres.pause()
  try {
    return await work()
  } finally {
    postgres.resume()
  }
}

/** The server's registrations then wait in the middle of their transaction. */
async function whileAccountsAreLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  const client = await connectedTo(databaseUrl)
  await client.query('begin; lock table accounts in access exclusive mode')
  try {
    return await work()
  } finally {
    await client.end()
  }
}

async function untilTheyWait(count: number): Promise<void> {
  const waiting = `select pid from pg_stat_activity where ${ours} and wait_event_type = 'Lock'`
  const isSo = async () => (await rowsIn(databaseUrl, waiting)).length === count
  await eventually(`${count} waiting for a lock`, isSo)
}
