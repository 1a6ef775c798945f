/**
 * Does a session check cost more where a million people are signed in, and what does it cost elsewhere?
 * `GET /me` with the cookies of many in turn: Sallyport on SQLite with 1,000,000 sessions and with
 * 10,000, and others with 10,000.
 */
import { startRedis } from './backends.ts'
import { betterAuth, type Dialect, express, fastify } from './contenders.ts'
import { type Crowded, crowdedRival, crowdedSallyport } from './crowded.ts'
import { type Answer, requestBytes } from './http.ts'
import { loadFor, underLoad } from './load.ts'
import { canPin, pinMyself } from './machine.ts'
import { type Comparison, SpoiltRun, type Variant } from './plan.ts'
import { optionsOf, orSayWhy, report } from './report.ts'
import { withBackend } from './usage.ts'

const connections = 50
const few = 10_000
const many = 1_000_000
const asking = 1000
/** Sallyport remembers 10,000 rows: asked in turn, none of so many is known any more when its turn comes. */
const tooMany = 50_000
/** Until the code is compiled. */
const warmUp = 2000

const pinned = canPin()
// The servers take turns on one core; the load generator has the other, and shares it with Redis.
const serverCore = pinned ? '0' : undefined
if (pinned) pinMyself(1)

await using stack = new AsyncDisposableStack()
const redis = stack.use(await startRedis(pinned ? '1' : undefined))

interface Rival {
  readonly name: string
  readonly dialect: Dialect
  readonly env: Readonly<Record<string, string>>
  /** How many times as fast Sallyport is to be. */
  readonly goal?: number
}

const rivals: readonly Rival[] = [
  { name: 'better-auth', dialect: betterAuth, env: {}, goal: 3 },
  { name: 'better-auth, cookie cache', dialect: betterAuth, env: { COOKIE_CACHE: 'yes' } },
  { name: 'express-session, SQLite', dialect: express, env: { STORE: 'sqlite' }, goal: 1 },
  { name: 'express-session, Redis', dialect: express, env: inRedis(), goal: 1 },
  { name: '@fastify/session, memory', dialect: fastify, env: {}, goal: 1 },
  { name: '@fastify/session, Redis', dialect: fastify, env: inRedis(), goal: 1 },
]

const names = {
  small: `Sallyport, ${few} sessions`,
  large: `Sallyport, ${many} sessions`,
  mediumCold: `Sallyport, ${tooMany} sessions, all ask`,
  largeCold: `Sallyport, ${many} sessions, ${tooMany} ask`,
}

await orSayWhy(async () => {
  const small = await crowdedSallyport(stack, { sessions: few, asking }, serverCore)
  const medium = await crowdedSallyport(stack, { sessions: tooMany, asking: tooMany }, serverCore)
  const large = await crowdedSallyport(stack, { sessions: many, asking: tooMany }, serverCore)
  const variants = [
    await asked(names.small, small),
    await asked(names.large, { ...large, cookies: large.cookies.slice(0, asking) }),
    await asked(names.mediumCold, medium),
    await asked(names.largeCold, large),
  ]
  for (const { name, dialect, env } of rivals) {
    const scale = { people: asking, times: few / asking }
    const crowd = await crowdedRival(stack, dialect, scale, env, serverCore)
    const all = 'REDIS_URL' in env ? { ...crowd, server: withBackend(crowd.server, redis) } : crowd
    variants.push(await asked(name, all))
  }
  await report(
    {
      title: `Authenticated GET /me of ${asking} people in turn, ${connections} connections, ${pinned ? 'server on one core, load on another' : 'nothing pinned'}`,
      variants,
      comparisons: [
        { of: names.large, to: names.small, by: 'rate', goal: 0.9 },
        { of: names.largeCold, to: names.mediumCold, by: 'rate', goal: 0.9 },
        ...rivals.flatMap(comparisonsWith),
      ],
    },
    optionsOf({ rounds: 9, seconds: 2 }),
  )
})

function inRedis() {
  return { STORE: 'redis', REDIS_URL: redis.url }
}

function comparisonsWith({ name, goal }: Rival): Comparison[] {
  return [names.large, names.largeCold].map((of) => ({
    of,
    to: name,
    by: 'rate',
    ...(goal !== undefined && { goal }),
  }))
}

async function asked(name: string, { server, cookies, path }: Crowded): Promise<Variant> {
  const requests = cookies.map((cookie) => requestBytes({ path, headers: { cookie } }))
  let turn = 0
  const next = () => requests[turn++ % requests.length] as Buffer
  const load = { server, connections, restless: pinned, next, check }
  const { problems } = await loadFor(load, warmUp)
  if (problems.length > 0) throw new SpoiltRun(`${name}: ${problems[0]}`)
  return underLoad(name, load)
}

/** The address of somebody is in the answer only when the session is known. */
function check({ status, head, body }: Answer): string | undefined {
  return status === 200 && body.includes('@example.com') ? undefined : `not valid: ${head} ${body}`
}
