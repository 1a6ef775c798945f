/**
 * What does a session check cost inside an application? A cookie header in, an account out, through the
 * library, against the least that could answer: parse the header, hash the token, look into a `Map`.
 */
import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { cookiesOf } from '../src/http/cookies.ts'
import { canPin, coresBesideMine, pinMyself } from './machine.ts'
import { openPlaces, type Place } from './places.ts'
import type { Comparison, Sample, Variant } from './plan.ts'
import { optionsOf, perCallColumns, report } from './report.ts'
import { peopleSignedIn } from './signed-in.ts'
import { processorTimeOf } from './usage.ts'

/** More than any memory of rows holds: asked in turn, each look-up is another than the last 20,000. */
const everybody = 25_000

/** To read the clock costs a good part of a check: it is read once for so many. */
const batchSize = 100

/** As in any application, other things happen in between: milliseconds. Who never lets go hears of nothing. */
const breath = 5

/** How many sessions are asked about, one after the other. */
const shapes = [
  { name: 'one session', count: 1, goal: 0.7 },
  { name: '1000 in turn', count: 1000, goal: 0.7 },
  { name: `${everybody} in turn`, count: everybody },
] as const

type Shape = (typeof shapes)[number]

const pinned = canPin()
const { mine, others } = coresBesideMine()
if (pinned) pinMyself(mine)

await using stack = new AsyncDisposableStack()
const people = peopleSignedIn(everybody)
const cookies = people.map((one) => one.cookie)
const places = await openPlaces(stack, people, pinned ? others : undefined)
// Over plain loopback, as the library is set up here.
const cookie = cookiesOf(false).session
const accounts = new Map(
  people.map(({ session, account }) => [session.tokenHash as string, account]),
)
const pairs = places.flatMap((place) =>
  shapes.filter(({ count }) => count <= place.cookies.length).map((shape) => ({ place, shape })),
)

await report(
  {
    title: `Session checks in process, one after the other, ${pinned ? `on core ${mine}, servers that keep sessions on core ${others}` : 'nothing pinned'}`,
    variants: [...shapes.map(floor), ...pairs.map(({ place, shape }) => checks(place, shape))],
    comparisons: pairs.map(comparisonOf),
    columns: perCallColumns,
  },
  optionsOf({ rounds: 9, seconds: 1 }),
)

/** Waits for nothing, not even for a promise. */
function floor(shape: Shape): Variant {
  const whoSent = (header: string) =>
    accounts.get(hash('sha256', cookie.read(header) ?? '', 'base64url'))
  const askedAbout = inTurn(cookies, shape)
  const batch = async () => {
    let unknown = 0
    for (let check = 0; check < batchSize; check += 1) {
      if (whoSent(askedAbout()) === undefined) unknown += 1
    }
    return unknown
  }
  return { name: nameOf('floor', shape), run: (milliseconds) => inBatches(batch, milliseconds) }
}

function checks({ name, auth, cookies, backend }: Place, shape: Shape): Variant {
  const askedAbout = inTurn(cookies, shape)
  const batch = async () => {
    let unknown = 0
    for (let check = 0; check < batchSize; check += 1) {
      const who = await auth.authenticate({ headers: { cookie: askedAbout() } })
      if (who === undefined) unknown += 1
    }
    return unknown
  }
  return {
    name: nameOf(name, shape),
    run: async (milliseconds) => {
      const cpuSeconds = backend && processorTimeOf(backend)
      const sample = await inBatches(batch, milliseconds)
      return { ...sample, cpuSeconds: cpuSeconds?.() }
    },
  }
}

function inTurn(cookies: readonly string[], { count }: Shape): () => string {
  let turn = 0
  return () => cookies[turn++ % count] as string
}

async function inBatches(batch: () => Promise<number>, milliseconds: number): Promise<Sample> {
  const latencies: number[] = []
  const problems: string[] = []
  const begin = performance.now()
  let now = begin
  let heard = begin
  while (now - begin < milliseconds) {
    if (now - heard > breath) {
      await setImmediate()
      heard = now
    }
    const start = performance.now()
    const unknown = await batch()
    if (unknown > 0) problems.push(`${unknown} of ${batchSize} were not known`)
    now = performance.now()
    latencies.push((now - start) / batchSize)
  }
  const count = latencies.length * batchSize
  return { count, seconds: (now - begin) / 1000, latencies, problems }
}

function comparisonOf({ place, shape }: { place: Place; shape: Shape }): Comparison {
  const comparison = {
    of: nameOf(place.name, shape),
    to: nameOf('floor', shape),
    by: 'rate',
  } as const
  // The others ask another process, or the system.
  const isNear = place.name === 'SQLite' || place.name === 'memory'
  return isNear && 'goal' in shape ? { ...comparison, goal: shape.goal } : comparison
}

function nameOf(place: string, { name }: Shape): string {
  return `${place}, ${name}`
}
