import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Instant, plus, seconds } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { anInstant } from '../../testing/records.ts'
import {
  codeOf,
  type Drift,
  matchingStep,
  newTotpSecret,
  readTotpCode,
  stepAt,
  type TotpCode,
} from './totp.ts'

const rfcSecret = Buffer.from('12345678901234567890')

const secrets = fc.uint8Array({ minLength: 20, maxLength: 20 })
const drifts = fc.constantFrom<Drift>(0, 1, 2)
/** From 1970 to 2100. */
const instants = fc.integer({ min: 0, max: 4_102_444_800_000 }) as fc.Arbitrary<Instant>

describe('the code of a step', () => {
  it.each([
    [0, '755224'],
    [1, '287082'],
    [2, '359152'],
    [3, '969429'],
    [4, '338314'],
    [5, '254676'],
    [6, '287922'],
    [7, '162583'],
    [8, '399871'],
    [9, '520489'],
  ])('is that of RFC 4226, appendix D: %i %s', (step, code) => {
    expect(codeOf(rfcSecret, step)).toBe(code)
  })

  // Eight digits there: the last six are what is left of the same number.
  it.each([
    ['1970-01-01T00:00:59Z', 0x1, '94287082'],
    ['2005-03-18T01:58:29Z', 0x23523ec, '07081804'],
    ['2005-03-18T01:58:31Z', 0x23523ed, '14050471'],
    ['2009-02-13T23:31:30Z', 0x273ef07, '89005924'],
    ['2033-05-18T03:33:20Z', 0x3f940aa, '69279037'],
    ['2603-10-11T11:33:20Z', 0x27bc86aa, '65353130'],
  ])('is that of RFC 6238, appendix B, at %s', (iso, step, code) => {
    const now = anInstant(iso)
    expect(stepAt(now)).toBe(step)
    expect(codeOf(rfcSecret, step)).toBe(code.slice(2))
    expect(matchingStep(rfcSecret, code.slice(2) as TotpCode, now, 0)).toBe(step)
  })

  it('is six digits, of any secret and step', () => {
    fc.assert(
      fc.property(secrets, fc.nat(), (secret, step) => {
        expect(codeOf(secret, step)).toMatch(/^[0-9]{6}$/)
      }),
    )
  })
})

describe('a code that is presented', () => {
  const shownFrom = anInstant('2030-01-01T00:00:00Z')
  const step = stepAt(shownFrom)
  const code = codeOf(rfcSecret, step)
  const at = (second: number) => plus(shownFrom, seconds(second))

  it.each([
    [0, 0, 29.999],
    [1, -30, 59.999],
    [2, -60, 89.999],
  ] as const)(
    'is accepted with a drift of %i from %d to %d seconds after it is first shown',
    (drift, first, last) => {
      const found = (second: number) => matchingStep(rfcSecret, code, at(second), drift)
      expect(found(first)).toBe(step)
      expect(found(last)).toBe(step)
      expect(found(first - 0.001)).toBeUndefined()
      expect(found(last + 0.001)).toBeUndefined()
    },
  )

  it('may be a step early or late, where nothing else is said', () => {
    expect(matchingStep(rfcSecret, code, at(59))).toBe(step)
    expect(matchingStep(rfcSecret, code, at(60))).toBeUndefined()
  })

  it('is found at every step within the drift, and at none beyond', () => {
    fc.assert(
      fc.property(
        secrets,
        instants,
        drifts,
        fc.integer({ min: -4, max: 4 }),
        (secret, now, drift, off) => {
          const shown = Math.max(stepAt(now) + off, 0)
          const found = matchingStep(secret, codeOf(secret, shown), now, drift)
          const isNear = Math.abs(shown - stepAt(now)) <= drift
          // Two steps may have the same code by chance: then it is that of another one.
          if (found !== undefined && found !== shown) {
            expect(codeOf(secret, found)).toBe(codeOf(secret, shown))
          } else expect(found).toBe(isNear ? shown : undefined)
        },
      ),
    )
  })

  it('stands for the newer of two steps that have it in common, so that neither is left', () => {
    // Found by trying: of a million neighbours two have the same code.
    const [older, newer] = [910_737, 910_738]
    const now = plus(0 as Instant, seconds(newer * 30))
    expect(codeOf(rfcSecret, older)).toBe(codeOf(rfcSecret, newer))
    expect(matchingStep(rfcSecret, codeOf(rfcSecret, older), now)).toBe(newer)
  })

  it('is looked for from 1970 on: before there is no step', () => {
    expect(matchingStep(rfcSecret, codeOf(rfcSecret, 0), 0 as Instant, 2)).toBe(0)
  })
})

describe('a code that is typed', () => {
  it.each(['123456', ' 123456', '123 456', '123\t456 ', '1 2 3 4 5 6'])(
    'is read from %j',
    (typed) => {
      expect(readTotpCode(typed)).toBe('123456')
    },
  )

  it.each([
    '',
    '12345',
    '1234567',
    '12345a',
    '+12345',
    '-12345',
    '1e5000',
    '0x1234',
    '123456\n',
    '123\u00a0456',
    '123\u2009456',
    '123-456',
    '１２３４５６',
    '١٢٣٤٥٦',
    `${' '.repeat(27)}123456`,
    123456,
    123456n,
    ['123456'],
    { toString: () => '123456' },
    null,
    undefined,
    true,
  ])('is not read from %s', (typed) => {
    expect(readTotpCode(typed)).toBeUndefined()
  })

  it('keeps its leading zeros', () => {
    expect(readTotpCode('000042')).toBe('000042')
  })
})

it('makes secrets of 160 random bits', () => {
  const made = Array.from({ length: 100 }, () => newTotpSecret(systemRandom))
  expect(new Set(made.map((one) => Buffer.from(one).toString('hex'))).size).toBe(100)
  for (const one of made) expect(one).toHaveLength(20)
})
