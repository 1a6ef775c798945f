import { describe, expect, it } from 'vitest'
import { type Instant, plus, seconds } from '../../kernel/clock.ts'
import { anInstant, aTokenHash } from '../../testing/records.ts'
import type { Use } from './store.ts'
import { Uses } from './uses.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const farAway = plus(start, seconds(600))

function aUse(at: Instant = start): Use {
  return { hash: aTokenHash(), at, expiresAt: plus(at, seconds(1800)) }
}

/** A store that keeps what it is told, unless it is away. */
function setUp() {
  const store = {
    written: [] as Use[][],
    away: false,
    extend: async (uses: readonly Use[]) => {
      if (store.away) throw new Error('away')
      store.written.push([...uses])
    },
  }
  return { store, uses: new Uses(store) }
}

describe('uses of sessions', () => {
  it('are written together, the last of each session', async () => {
    const { store, uses } = setUp()
    const [first, second] = [aUse(), aUse()]
    const again = { ...first, at: plus(start, seconds(1)) }
    for (const use of [first, second, again]) await uses.note(use, farAway)
    expect(store.written).toEqual([])
    await uses.write()
    expect(store.written).toEqual([[again, second]])
    await uses.write()
    expect(store.written).toHaveLength(1)
  })

  it('are written at once where the session is about to end', async () => {
    const { store, uses } = setUp()
    const use = aUse()
    await uses.note(use, plus(start, seconds(5)))
    expect(store.written).toEqual([[use]])
  })

  it('wait while the store is away, and newer ones take the place of older ones', async () => {
    const { store, uses } = setUp()
    const use = aUse()
    await uses.note(use, farAway)
    store.away = true
    await expect(uses.write()).rejects.toThrow('away')
    const newer = { ...use, at: plus(start, seconds(2)) }
    await uses.note(newer, farAway)
    store.away = false
    await uses.write()
    expect(store.written).toEqual([[newer]])
  })

  it('are late when nobody has written them for five seconds', async () => {
    const { uses } = setUp()
    expect(uses.isLate(farAway)).toBe(false)
    await uses.note(aUse(), farAway)
    expect(uses.isLate(plus(start, seconds(4.9)))).toBe(false)
    expect(uses.isLate(plus(start, seconds(5)))).toBe(true)
    await uses.write()
    expect(uses.isLate(farAway)).toBe(false)
  })

  it('travel in batches, and are bounded: beyond it each is written at once', async () => {
    const { store, uses } = setUp()
    for (let count = 0; count < 10_000; count++) await uses.note(aUse(), farAway)
    expect(store.written).toEqual([])
    const last = aUse()
    await uses.note(last, farAway)
    expect(store.written).toEqual([[last]])
    await uses.write()
    expect(store.written.slice(1).map((batch) => batch.length)).toEqual(Array(20).fill(500))
  })
})
