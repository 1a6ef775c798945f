import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Hearer,
  Lease,
  type Moment,
  RememberedCheck,
  type Revocation,
  type RevocationChannel,
  type Session,
  type SessionCheck,
} from '../../src/core/sessions/index.ts'
import type { Instant } from '../../src/kernel/clock.ts'
import { anAccount, anInstant, aSession } from '../../src/testing/index.ts'
import { Timeline } from '../support/simulation.ts'

/** The bound that the documentation promises, in milliseconds. */
const bound = 1000
const beatEvery = 200
const nodes = 2
const sessions = 2
const lasts = 6000

const start = anInstant('2030-01-01T00:00:00Z')
const account = anAccount()
const farAway = { expiresAt: (start + 10 ** 9) as Instant, endsAt: (start + 10 ** 9) as Instant }

interface Trouble {
  readonly node: number
  readonly from: number
  readonly until: number
  /** `late`: all comes, afterwards. `lost`: what was sent meanwhile never comes. */
  readonly kind: 'late' | 'lost'
}

/** The way of words to one node: in order, and as slow, dead or broken as the story has it. */
class SimulatedChannel implements RevocationChannel {
  readonly #timeline: Timeline
  readonly #troubles: readonly Trouble[]
  readonly #delay: () => number
  readonly #wall: () => Instant
  readonly #lease = new Lease()
  readonly #hearers: Hearer[] = []
  #lastArrival = 0

  constructor(
    timeline: Timeline,
    troubles: readonly Trouble[],
    { delay, wall }: { delay: () => number; wall: () => Instant },
  ) {
    this.#timeline = timeline
    this.#troubles = troubles
    this.#delay = delay
    this.#wall = wall
    for (const { kind, until } of troubles) {
      // The connection is made anew: whoever listens is told that words may have been missed.
      if (kind === 'lost') timeline.at(until, () => this.#miss())
    }
    for (let at = 0; at < lasts; at += beatEvery) timeline.at(at, () => this.#beat())
  }

  async send(): Promise<void> {}

  listen(hearer: Hearer): void {
    this.#hearers.push(hearer)
  }

  isHeard(): boolean {
    return this.#lease.holds(this.#now())
  }

  /** Somebody has sent this. */
  carry(revocation: Revocation): void {
    this.#deliver(() => {
      for (const hearer of this.#hearers) hearer.told(revocation)
    })
  }

  #beat(): void {
    const beat = this.#lease.beat(this.#now())
    this.#deliver(() => this.#lease.heard(beat))
  }

  #deliver(run: () => void): void {
    const { now } = this.#timeline
    const present = this.#troubles.filter(({ from, until }) => from <= now && now < until)
    if (present.some(({ kind }) => kind === 'lost')) return
    const earliest = Math.max(now + this.#delay(), ...present.map(({ until }) => until))
    this.#lastArrival = Math.max(this.#lastArrival, earliest)
    this.#timeline.at(this.#lastArrival, () => {
      // What was on its way when the connection broke is gone with it.
      const broken = this.#troubles.some(
        ({ kind, from, until }) => kind === 'lost' && from > now && until <= this.#timeline.now,
      )
      if (!broken) run()
    })
  }

  #miss(): void {
    this.#lease.lost()
    for (const hearer of this.#hearers) hearer.missed()
  }

  #now(): Moment {
    return { elapsed: this.#timeline.now, wall: this.#wall() }
  }
}

/** Usually a few milliseconds. */
const delay = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 900 }) },
)
const time = fc.integer({ min: 0, max: lasts - 1500 })
const story = fc.record({
  checks: fc.array(
    fc.record({
      node: fc.nat(nodes - 1),
      session: fc.nat(sessions - 1),
      at: fc.integer({ min: 0, max: lasts }),
      toStore: delay,
      back: delay,
    }),
    { minLength: 40, maxLength: 100 },
  ),
  revocations: fc.array(fc.record({ session: fc.nat(sessions - 1), at: time }), {
    minLength: 1,
    maxLength: 3,
  }),
  troubles: fc.array(
    fc
      .record({
        node: fc.nat(nodes - 1),
        from: time,
        length: fc.integer({ min: 1, max: 3000 }),
        kind: fc.constantFrom('late', 'lost'),
      })
      .map(({ length, ...rest }): Trouble => ({ ...rest, until: rest.from + length })),
    { maxLength: 3 },
  ),
  delays: fc.array(delay, { minLength: 1, maxLength: 20 }),
  /** How wrong each node's clock is, and when somebody sets it right. */
  skews: fc.tuple(...Array.from({ length: nodes }, () => fc.integer({ min: -5000, max: 5000 }))),
  setAt: time,
})
type Story = typeof story extends fc.Arbitrary<infer S> ? S : never

/** Plays it, and tells of every session that was accepted too long after its revocation was acknowledged. */
async function play(told: Story): Promise<string[]> {
  const timeline = new Timeline()
  const all = Array.from({ length: sessions }, () => aSession(account, farAway))
  const ended = new Map<string, number>()
  let turn = 0
  const pause = () => told.delays[turn++ % told.delays.length] ?? 0

  const ways = Array.from({ length: nodes }, (_, node) => {
    const troubles = told.troubles.filter((trouble) => trouble.node === node)
    const skew = told.skews[node] ?? 0
    const wall = () => (start + timeline.now + (timeline.now < told.setAt ? skew : 0)) as Instant
    const channel = new SimulatedChannel(timeline, troubles, { delay: pause, wall })
    return { channel, wall }
  })

  const accepted: { session: Session; at: number }[] = []
  const memories = ways.map(({ channel }) => {
    const slow = { toStore: 0, back: 0 }
    const stored: SessionCheck = {
      async find(hash) {
        const { toStore, back } = slow
        await timeline.sleep(toStore)
        const session = all.find(({ tokenHash }) => tokenHash === hash)
        const isEnded = ended.has(hash)
        await timeline.sleep(back)
        return isEnded ? undefined : session
      },
    }
    return { memory: new RememberedCheck(stored, channel), slow }
  })

  for (const { session, at } of told.revocations) {
    timeline.at(at, () => {
      const { tokenHash, id } = all[session] as Session
      if (ended.has(tokenHash)) return
      ended.set(tokenHash, at)
      for (const { channel } of ways) channel.carry({ account: account.id, session: id })
    })
  }
  for (const { node, session, at, toStore, back } of told.checks) {
    timeline.at(at, () => {
      const asked = all[session] as Session
      const { memory, slow } = memories[node] as (typeof memories)[number]
      Object.assign(slow, { toStore, back })
      const now = (ways[node] as (typeof ways)[number]).wall()
      void memory.find(asked.tokenHash, now).then((found) => {
        if (found) accepted.push({ session: found, at })
      })
    })
  }
  await timeline.runUntil(lasts + 2000)
  return accepted
    .filter(({ session, at }) => at >= (ended.get(session.tokenHash) ?? Infinity) + bound)
    .map(({ session, at }) => `asked at ${at}, revoked at ${ended.get(session.tokenHash)}`)
}

describe('nodes that remember', () => {
  it('accept no session a second after its revocation was acknowledged, whatever becomes of the channel', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        expect(await play(told)).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })

  it('answer from memory when all is well, and refuse as soon as the word has come', async () => {
    const timeline = new Timeline()
    const session = aSession(account, farAway)
    const wall = () => (start + timeline.now) as Instant
    const channel = new SimulatedChannel(timeline, [], { delay: () => 5, wall })
    let [asked, ended] = [0, false]
    const memory = new RememberedCheck(
      {
        find: async () => {
          asked += 1
          return ended ? undefined : session
        },
      },
      channel,
    )
    await timeline.runUntil(10)
    const ask = () => memory.find(session.tokenHash, wall())
    for (let count = 0; count < 5; count++) expect(await ask()).toEqual(session)
    expect(asked).toBe(1)
    ended = true
    channel.carry({ account: account.id, session: session.id })
    await timeline.runUntil(16)
    expect(await ask()).toBeUndefined()
    expect(asked).toBe(2)
  })

  it('look again after a minute, for what nobody told them of', async () => {
    const timeline = new Timeline()
    const session = aSession(account, farAway)
    const always: RevocationChannel = {
      send: async () => {},
      listen: () => {},
      isHeard: () => true,
    }
    let asked = 0
    const stored = { find: async () => (asked++ === 0 ? session : undefined) }
    const memory = new RememberedCheck(stored, always)
    const ask = (after: number) => memory.find(session.tokenHash, (start + after) as Instant)
    expect(await ask(timeline.now)).toEqual(session)
    expect(await ask(59_999)).toEqual(session)
    expect(await ask(60_000)).toBeUndefined()
  })
})
