import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Instant, milliseconds, plus, seconds } from '../../kernel/clock.ts'
import { anInstant } from '../../testing/records.ts'
import { judgeTurn } from './policy.ts'

const turnedAt = anInstant('2030-01-01T00:00:00Z')
const family = { counter: 7, turnedAt }
const at = (later: number) => plus(turnedAt, milliseconds(later))

describe('a refresh token that is presented', () => {
  it('may be spent when it is the newest, however old that is', () => {
    for (const later of [0, 10_001, 1e9]) expect(judgeTurn(family, 7, at(later))).toBe('newest')
  })

  it('is exchanged again when it is the one before, for ten seconds', () => {
    expect(judgeTurn(family, 6, at(0))).toBe('again')
    expect(judgeTurn(family, 6, plus(turnedAt, seconds(10)))).toBe('again')
    expect(judgeTurn(family, 6, at(10_001))).toBe('reused')
  })

  it('is also exchanged where another node, whose clock is ahead, has turned the family', () => {
    expect(judgeTurn(family, 6, at(-3000))).toBe('again')
  })

  it('is a copy when it is any older one, at any time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 1e9 }),
        (counter, later) => {
          expect(judgeTurn(family, counter, at(later) as Instant)).toBe('reused')
        },
      ),
    )
  })

  it('is not known when it is of a future that a restored database has not seen', () => {
    expect(judgeTurn(family, 8, at(0))).toBe('unknown')
  })
})
