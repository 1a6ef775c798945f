import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { startApp } from '../support/app.ts'
import { keyed, signInByKey } from '../support/passkeys.ts'
import {
  attempt,
  cheapHashes,
  countsOf,
  knownDeviceOf,
  seenFrom,
  strangerAt,
  strangersTry,
} from '../support/places.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

/** How many of these addresses are let through together, of which each tries for another account. */
async function letThrough(addresses: readonly string[]): Promise<number> {
  const app = await startApp({ ...cheapHashes, limits: '' })
  const answers = addresses.map((address, at) =>
    attempt(app, address, { email: `nobody${at}@mail.test.example` }),
  )
  return (await Promise.all(answers)).filter(({ status }) => status === 401).length
}

describe('coming from another address each time', () => {
  it('is coming from one network with IPv6, as far as somebody has it all: a /64', async () => {
    const groups = (at: number) => `${at.toString(16)}:${(at * 1009).toString(16)}:0:${at}`
    const inOne = Array.from({ length: 40 }, (_, at) => `2001:db8:1:2:${groups(at)}`)
    expect(await letThrough(inOne)).toBe(5)
    const inForty = inOne.map((_, at) => `2001:db8:1:${at.toString(16)}::1`)
    expect(await letThrough(inForty)).toBe(40)
  })

  it.each([
    [
      'of IPv6',
      [
        '2001:db8::1',
        '2001:DB8::1',
        '2001:0db8:0:0:0:0:0:1',
        '2001:db8:0:0::1',
        '2001:db8::0.0.0.1',
      ],
    ],
    ['of IPv4', ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:192.0.2.1', '::ffff:c000:201']],
    ['with a zone', ['fe80::1', 'fe80::1%eth0', 'fe80::1%2', 'fe80::2%eth1']],
    ['of nothing', ['', 'unknown', 'localhost', '192.0.2', '0x7f000001', '192.0.2.1:4711']],
  ])('is none by a spelling %s', async (_what, spellings) => {
    expect(await letThrough([...spellings, ...spellings, ...spellings])).toBe(5)
  })
})

describe('guessing from as many networks as one can rent', () => {
  it('is guessing thirty times an hour, at one account', async () => {
    const app = await startApp({ ...cheapHashes, limits: 'registration=off' })
    const ann = await app.registered()
    expect(countsOf(await strangersTry(app, ann, { count: 200 }))).toEqual({ 401: 30, 429: 170 })
    app.clock.advance(minutes(60) - 1)
    expect(countsOf(await strangersTry(app, ann, { count: 200 }))).toEqual({ 429: 200 })
    app.clock.advance(1)
    expect(countsOf(await strangersTry(app, ann, { count: 200 }))).toEqual({ 401: 30, 429: 170 })
  })
})

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('guessing once at each of many accounts, from a network each, on %s,', (_, place) => {
  it('is guessing a thousand times in ten minutes; devices that are known and passkeys get in', async () => {
    const app = await startApp({ ...cheapHashes, ...(await place()), limits: 'registration=off' })
    const [ann, bea] = [await app.registered(), await keyed(app)]
    const known = await knownDeviceOf(app, ann, '192.0.2.1')
    const spray = async (from: number, count: number) => {
      const accounts = Array.from({ length: count }, (_, at) => from + at)
      const answers = accounts.map((at) =>
        attempt(app, strangerAt(at), { email: `nobody${at}@mail.test.example` }),
      )
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    const statuses: number[] = []
    for (let from = 0; from < 1100; from += 10) statuses.push(...(await spray(from, 10)))
    expect(countsOf(statuses)).toEqual({ 401: 1000, 429: 100 })

    const elsewhere = '203.0.113.5'
    expect((await attempt(app, elsewhere, ann)).status).toBe(429)
    expect((await attempt(app, elsewhere, ann, { cookie: known })).status).toBe(200)
    expect((await signInByKey(seenFrom(app, elsewhere), bea.key)).status).toBe(200)
    // Its slices of time are rounded up, so that no ten minutes hold more.
    app.clock.advance(minutes(10) + 10_000)
    expect((await attempt(app, elsewhere, ann)).status).toBe(200)
  }, 120_000)
})
