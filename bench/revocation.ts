/**
 * How soon is a session that was ended at one node refused by the others? Three nodes on PostgreSQL and
 * Redis. From the acknowledgement to the beginning of the last request that another node accepted, and to
 * its first refusal: when a session is ended (word by Redis), when an account's epoch moves (word by
 * PostgreSQL), and when the nodes are kept from hearing.
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { openRedisSessionStore } from '../src/stores/redis/sessions.ts'
import { startPostgres, startRedis } from './backends.ts'
import { expecting, requestBytes } from './http.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { watchNeighbours } from './neighbours.ts'
import { SpoiltRun } from './plan.ts'
import { type RunningServer, startSallyport } from './processes.ts'
import { aligned, orSayWhy } from './report.ts'
import { type Asker, askerOf, isAccepted, measure, startPage, type Took } from './revoked.ts'
import { addToPostgres, type SignedIn, somebodySignedIn, unmoved } from './signed-in.ts'
import { percentile } from './statistics.ts'
import { createDatabase } from './stocks.ts'

/** No request may be accepted that begins later than so many milliseconds after the acknowledgement. */
const promised = 1000

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    cuts: { type: 'string', default: '20' },
    json: { type: 'string' },
  },
})
const machine = thisMachine()
const title =
  'From an acknowledged revocation at one node to the refusal at two others, in milliseconds'
console.log(`${title}\n\n${describeMachine(machine)}`)
console.log(`${values.rounds} revocations of each kind, ${values.cuts} with the channel cut\n`)

await using stack = new AsyncDisposableStack()
const redis = stack.use(await startRedis())
const postgres = stack.use(await startPostgres())
const databaseUrl = await createDatabase(postgres.url, 'sallyport')
const env = {
  SALLYPORT_DATABASE_URL: databaseUrl,
  SALLYPORT_REDIS_URL: redis.url,
  SALLYPORT_SECRET: randomBytes(32).toString('base64url'),
  SALLYPORT_SESSION_IDLE: unmoved.sessionIdle,
}
const nodes: RunningServer[] = []
for (let node = 0; node < 3; node += 1) {
  nodes.push(stack.use(await startSallyport(undefined, env)))
}
const [first, ...others] = (await Promise.all(nodes.map(askerOf))) as [Asker, ...Asker[]]

const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
stack.defer(() => pool.end())
const sessions = openRedisSessionStore({ url: redis.url })
stack.defer(() => sessions.close())

interface Kind {
  readonly name: string
  readonly rounds: number
  readonly end: (someone: SignedIn) => Promise<void>
  /** Keeps the nodes from hearing; what it returns lets go. */
  readonly cut?: () => Promise<() => void>
}

const many = wholeNumber(values.rounds)
const few = wholeNumber(values.cuts)
const kinds: readonly Kind[] = [
  { name: 'a session is ended (Redis)', rounds: many, end: signOut },
  { name: 'an epoch moves (PostgreSQL)', rounds: many, end: moveEpoch },
  { name: 'an epoch moves, listeners stopped', rounds: few, end: moveEpoch, cut: stopListeners },
]

await orSayWhy(async () => {
  const neighbours = watchNeighbours()
  const before = cpuSeconds()
  const results: { readonly name: string; readonly took: readonly Took[] }[] = []
  for (const kind of kinds) results.push({ name: kind.name, took: await runsOf(kind) })
  const foreign = neighbours(cpuSeconds() - before)
  const rows = results.map(({ name, took }) => [
    name,
    String(took.length),
    ...figures(took.map(({ lastAccepted }) => lastAccepted)),
    ...figures(took.map(({ firstRefused }) => firstRefused)),
    took.every(({ lastAccepted }) => lastAccepted < promised) ? 'kept' : 'BROKEN',
  ])
  const heads = [
    '',
    'measured',
    'last accepted',
    'p99',
    'worst',
    'first refused',
    'p99',
    'worst',
    'promise',
  ]
  console.log(aligned([heads, ...rows]).join('\n'))
  console.log(`\nother programs had ${(foreign * 100).toFixed(1)} % of the processor`)
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ title, machine, foreign, results }, null, 2)}\n`)
  }
})

async function runsOf({ rounds, end, cut }: Kind): Promise<Took[]> {
  const took: Took[] = []
  for (let round = 0; round < rounds; round += 1) {
    // What was cut in the round before has been replaced, and the nodes remember again.
    if (cut) await delay(1500)
    const someone = await somebodyKnownToAll()
    const letGo = await cut?.()
    try {
      took.push(...(await measure(others, someone.cookie, () => end(someone))))
    } finally {
      letGo?.()
    }
  }
  return took
}

async function somebodyKnownToAll(): Promise<SignedIn> {
  const someone = somebodySignedIn()
  await addToPostgres(pool, [someone])
  await sessions.insert(someone.session)
  const request = startPage(someone.cookie)
  for (const asker of [first, ...others]) {
    for (let time = 0; time < 3; time += 1) {
      if (!isAccepted(await asker.ask(request))) throw new SpoiltRun('a session was never good')
    }
  }
  return someone
}

async function signOut({ cookie }: SignedIn): Promise<void> {
  const request = requestBytes({ method: 'POST', path: '/logout', headers: { cookie } })
  const answer = await first.ask(request)
  const problem = expecting(200, '{"message":"Logout successful"}')(answer)
  if (problem !== undefined) throw new SpoiltRun(problem)
}

async function moveEpoch({ account }: SignedIn): Promise<void> {
  await pool.query('update accounts set epoch = epoch + 1 where id = $1', [account.id])
}

/** The processes of PostgreSQL that serve the nodes' LISTEN, while they wait: else one might hold a lock. */
async function stopListeners(): Promise<() => void> {
  for (;;) {
    const pids = (await listeners()).map(({ pid }) => pid)
    signalAll(pids, 'SIGSTOP')
    const idle = (await listeners()).every(({ state }) => state === 'idle')
    if (idle && pids.length >= nodes.length) return () => signalAll(pids, 'SIGCONT')
    signalAll(pids, 'SIGCONT')
    await delay(20)
  }
}

async function listeners() {
  const { rows } = await pool.query<{ pid: number; state: string }>(
    `select pid, state from pg_stat_activity where application_name = 'sallyport channel'`,
  )
  return rows
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

function cpuSeconds(): number {
  return [...nodes, redis, postgres].reduce((sum, one) => sum + (one.cpuSeconds() ?? 0), 0)
}

function figures(times: readonly number[]): string[] {
  return [percentile(times, 0.5), percentile(times, 0.99), Math.max(...times)].map((time) =>
    time.toFixed(1),
  )
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`${text} is not a whole number above 0`)
}
