import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readHash, schemes } from '../../src/hashers/schemes/index.ts'
import knownAnswers from './known-answers.json' with { type: 'json' }
import otherSystems from './other-systems.json' with { type: 'json' }

const everything = [...schemes.keys()]
const hashes = [...knownAnswers.rows, ...otherSystems.rows].map(({ hash }) => hash)
const context = { user: 'postgres' }

/** Any hash, with one place of it replaced by anything or by what parsers stumble over. */
const mutated = fc
  .tuple(
    fc.constantFrom(...hashes),
    fc.nat(),
    fc.nat({ max: 4 }),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(
        '$',
        '$$',
        '=',
        '0',
        '-',
        '+',
        ',',
        '\u0000',
        '\n',
        '9'.repeat(12),
        '١',
        '{"',
      ),
    ),
  )
  .map(([hash, at, cut, put]) => {
    const start = at % (hash.length + 1)
    return hash.slice(0, start) + put + hash.slice(start + cut)
  })

/** Work of tests, not of minutes: what a mutation made dear is only read. */
function isCheap(cost: Readonly<Record<string, number>>): boolean {
  const { memory = 0, ln = 0, cost: log = 0, rounds = 0, passes = 1, p = 1 } = cost
  return memory * passes <= 4096 && 2 ** ln * p <= 1024 && log <= 5 && rounds <= 1500
}

/** Of this thread: what other programs do meanwhile does not count. */
function millisecondsOf(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

it('reads any hash that was tampered with at once, or not at all, and never throws', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      expect(millisecondsOf(() => readHash(text, everything, context))).toBeLessThan(50)
    }),
    { numRuns: 3000 },
  )
})

it('never throws for a password, and matches none that is made up', () => {
  const password = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom('\ud800', '\u0000', 'x'.repeat(5000)),
  )
  fc.assert(
    fc.property(fc.oneof(mutated, fc.constantFrom(...hashes)), password, (text, guess) => {
      const hash = readHash(text, everything, context)
      // The empty password, and a blank, are those of some rows.
      if (!hash || !isCheap(hash.cost) || guess.length < 3) return
      expect(hash.matches(guess)).toBe(false)
    }),
    { numRuns: 600 },
  )
})

it.each([
  '$argon2id$v=19$m=4294967295,t=4294967295,p=255$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  '$scrypt$ln=63,r=1073741823,p=1073741823$wlhLyXmP8b53bm1NKYVQqg$mTpvG8lzuuDk+DWz8HZIB6Vum6erDuUm0As5yU+VxWA',
  '$2b$31$dJ1LfLKIe5qTnvmIioquGu/qqBchwRz3gechFJXJ7rd2sJGJBJoQy',
  '$pbkdf2-sha256$4294967295$l3IuhdBa6/1/jxEiRCgFIA$SkS7xb26pxahzlYu4PoFh542rNhwcGRO12B/pKnmHOE',
  `$6$rounds=999999999$salt$${'.'.repeat(86)}`,
  `$P$z${'.'.repeat(30)}`,
  `scrypt:1073741824:8:1$salt$${'0'.repeat(128)}`,
])('refuses %s at once', (text) => {
  const work = () => expect(readHash(text, everything)).toBeUndefined()
  expect(millisecondsOf(work)).toBeLessThan(50)
})
