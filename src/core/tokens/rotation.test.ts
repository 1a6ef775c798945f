import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Duration, type Instant, minutes, plus } from '../../kernel/clock.ts'
import { anInstant } from '../../testing/records.ts'
import { forgettable, isAccepted, nextKeyFrom, signingKeyAt, statesOf } from './rotation.ts'
import type { SigningKeyRecord } from './signing-key.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const hours = (count: number) => minutes(count * 60)
const days = (count: number) => hours(count * 24)
const since = (duration: Duration) => plus(start, duration)
const every = days(90)

function aKey(generation: number, signsFrom: Instant, retiredAt?: Instant): SigningKeyRecord {
  return {
    id: `key-${generation}`,
    generation,
    algorithm: 'EdDSA',
    sealed: '',
    createdAt: start,
    signsFrom,
    retiredAt,
  }
}

const first = aKey(1, start)
const second = aKey(2, since(every))
const both = [first, second]

describe('rotation of signing keys', () => {
  it('makes the first key at once', () => {
    expect(nextKeyFrom([], every, start)).toBe(start)
  })

  it('makes the next one a day ahead, to sign when the time of the last one is over', () => {
    expect(nextKeyFrom([first], every, since((days(89) - 1) as Duration))).toBeUndefined()
    expect(nextKeyFrom([first], every, since(days(89)))).toBe(since(every))
    expect(nextKeyFrom(both, every, since(every))).toBeUndefined()
  })

  it('publishes it for a day even where it is late, since nothing was running', () => {
    const now = since(days(400))
    expect(nextKeyFrom([first], every, now)).toBe(plus(now, days(1)))
  })

  it('makes one at once where every key is retired', () => {
    const now = since(days(1))
    expect(nextKeyFrom([aKey(1, start, now)], every, now)).toBe(now)
  })

  it('signs with the newest key whose time has come, to the instant', () => {
    expect(signingKeyAt(both, since((every - 1) as Duration))).toBe(first)
    expect(signingKeyAt(both, since(every))).toBe(second)
    expect(signingKeyAt([], start)).toBeUndefined()
  })

  it('signs with the first key where a node’s clock is behind the one that has made it', () => {
    expect(signingKeyAt([first], (start - 5000) as Instant)).toBe(first)
  })

  it('accepts a key before it signs, while it signs, and for a day and five minutes after', () => {
    const over = since((every + days(1) + minutes(5)) as Duration)
    expect(isAccepted(second, both, start)).toBe(true)
    expect(isAccepted(first, both, (over - 1) as Instant)).toBe(true)
    expect(isAccepted(first, both, over)).toBe(false)
    expect(isAccepted(second, both, over)).toBe(true)
  })

  it('accepts nothing of a key that is retired, and lets the one before sign again', () => {
    const now = since(days(91))
    const retired = [first, aKey(2, since(every), now)]
    expect(isAccepted(retired[1] as SigningKeyRecord, retired, now)).toBe(false)
    expect(isAccepted(first, retired, now)).toBe(true)
    expect(signingKeyAt(retired, now)).toBe(first)
  })

  it('forgets keys a month after the last of their tokens, and never the newest', () => {
    const over = since((every + days(1) + minutes(5)) as Duration)
    expect(forgettable(both, plus(over, (days(30) - 1) as Duration))).toEqual([])
    expect(forgettable(both, plus(over, days(30)))).toEqual([first])
    const alone = aKey(1, start, start)
    expect(forgettable([alone], since(days(1000)))).toEqual([])
  })

  it('always has a key that signs, and accepts whatever was signed in the last day', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 120 }),
        (steps, period) => {
          let records: SigningKeyRecord[] = []
          let now = start
          const signed: { readonly key: SigningKeyRecord; readonly at: Instant }[] = []
          for (const step of steps) {
            const from = nextKeyFrom(records, days(period), now)
            if (from !== undefined) records = [...records, aKey(records.length + 1, from)]
            const key = signingKeyAt(records, now) as SigningKeyRecord
            expect(isAccepted(key, records, now)).toBe(true)
            signed.push({ key, at: now })
            for (const one of signed.filter(({ at }) => now - at < days(1))) {
              expect(isAccepted(one.key, records, now)).toBe(true)
            }
            now = plus(now, hours(step))
          }
        },
      ),
    )
  })
})

describe('the states of keys', () => {
  it('tell what each is good for', () => {
    const now = since(days(89))
    const states = (records: SigningKeyRecord[], at: Instant) =>
      statesOf(records, at).map((one) => `${one.record.id} ${one.state}`)
    expect(states(both, now)).toEqual(['key-1 signing', 'key-2 next'])
    expect(states(both, since(every))).toEqual(['key-1 accepted', 'key-2 signing'])
    expect(states(both, since(days(92)))).toEqual(['key-1 over', 'key-2 signing'])
    const third = aKey(3, now)
    expect(states([first, second, third], now)).toEqual([
      'key-1 accepted',
      'key-2 accepted',
      'key-3 signing',
    ])
    expect(states([aKey(1, start, now), third], now)).toEqual(['key-1 retired', 'key-3 signing'])
  })
})
