import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Instant, minutes, plus } from '../../kernel/clock.ts'
import { KeyRing } from '../../kernel/key-ring.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import { anInstant } from '../../testing/records.ts'
import { type Ceremony, newChallenge, readChallenge } from './challenge.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const end = plus(now, minutes(5))
const older = new Secret('an-older-master-key-of-some-length')
const newer = new Secret('a-newer-master-key-of-some-length')
const keys = new KeyRing([older])
const signIn: Ceremony = { purpose: 'sign_in', boundTo: 'browser' }

const made = (ceremony = signIn, by = keys) =>
  newChallenge(ceremony, now, { keys: by, random: systemRandom })

const purposes = ['registration', 'sign_in', 'factor', 'confirmation'] as const

describe('a challenge', () => {
  it('is understood for what it was made for, and tells when it expires', () => {
    expect(readChallenge(made(), signIn, now, keys)).toBe(end)
  })

  it('has 70 bytes in base64url, and is another one each time', () => {
    const all = Array.from({ length: 100 }, () => made())
    expect(new Set(all).size).toBe(100)
    for (const one of all) expect(one).toMatch(/^[\w-]{94}$/)
  })

  it('is good to the millisecond before it expires', () => {
    const challenge = made()
    expect(readChallenge(challenge, signIn, (end - 1) as Instant, keys)).toBe(end)
    expect(readChallenge(challenge, signIn, end, keys)).toBeUndefined()
    expect(readChallenge(challenge, signIn, (end + 1) as Instant, keys)).toBeUndefined()
  })

  it('is good for its purpose and no other', () => {
    for (const purpose of purposes) {
      const challenge = made({ purpose, boundTo: 'one' })
      const understood = purposes.filter(
        (other) => readChallenge(challenge, { purpose: other, boundTo: 'one' }, now, keys) === end,
      )
      expect(understood).toEqual([purpose])
    }
  })

  it('is good for whom it was made for and nobody else, whatever they are called', () => {
    const ceremony = fc.record({
      purpose: fc.constantFrom(...purposes),
      boundTo: fc.oneof(fc.string(), fc.constantFrom('', '.', 'one', 'one.', '.one', 'One')),
    })
    fc.assert(
      fc.property(ceremony, ceremony, (mine, other) => {
        const isSame = mine.purpose === other.purpose && mine.boundTo === other.boundTo
        const read = readChallenge(made(mine), other, now, keys)
        expect(read).toBe(isSame ? end : undefined)
      }),
      { numRuns: 500 },
    )
  })

  it('is understood when it was made under an older key of the ring, and not under a foreign one', () => {
    const rotated = new KeyRing([newer, older])
    expect(readChallenge(made(signIn, keys), signIn, now, rotated)).toBe(end)
    expect(readChallenge(made(signIn, rotated), signIn, now, rotated)).toBe(end)
    // The newest key makes it: a node that has only the older one does not know it.
    expect(readChallenge(made(signIn, rotated), signIn, now, keys)).toBeUndefined()
    const foreign = new KeyRing([newer])
    expect(readChallenge(made(signIn, keys), signIn, now, foreign)).toBeUndefined()
    expect(readChallenge(made(signIn, foreign), signIn, now, keys)).toBeUndefined()
  })

  it('is worth nothing with any bit of it turned', () => {
    const bytes = Buffer.from(made(), 'base64url')
    for (let at = 0; at < bytes.byteLength * 8; at++) {
      const turned = Buffer.from(bytes)
      turned.writeUInt8(turned.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3)
      expect(readChallenge(turned.toString('base64url'), signIn, now, keys)).toBeUndefined()
    }
  })

  it('is worth nothing cut short, made longer, or with the parts of another one', () => {
    const [one, other] = [made(), newChallenge(signIn, end, { keys, random: systemRandom })]
    const [first, second] = [one, other].map((text) => Buffer.from(text, 'base64url'))
    for (const length of [0, 1, 32, 38, 69]) {
      const cut = first?.subarray(0, length).toString('base64url') ?? ''
      expect(readChallenge(cut, signIn, now, keys)).toBeUndefined()
    }
    for (const cut of [32, 38]) {
      const mixed = Buffer.concat([
        first?.subarray(0, cut) ?? first,
        second?.subarray(cut) ?? second,
      ] as Buffer[])
      expect(mixed.byteLength).toBe(70)
      expect(readChallenge(mixed.toString('base64url'), signIn, now, keys)).toBeUndefined()
    }
    expect(readChallenge(`${one}AA`, signIn, now, keys)).toBeUndefined()
  })

  it('has one spelling, so that nobody spends it twice', () => {
    const challenge = made()
    const bytes = Buffer.from(challenge, 'base64url')
    const last = challenge.at(-1) as string
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // 70 bytes leave four bits of the last letter unused: fifteen more letters mean the same.
    const sisters = [...alphabet]
      .map((letter) => challenge.slice(0, -1) + letter)
      .filter((text) => text.at(-1) !== last && Buffer.from(text, 'base64url').equals(bytes))
    expect(sisters).toHaveLength(15)
    const spellings = [
      ...sisters,
      `${challenge}=`,
      `${challenge}==`,
      ` ${challenge}`,
      `${challenge}\n`,
      `${challenge.slice(0, 40)} ${challenge.slice(40)}`,
      bytes.toString('base64'),
      bytes.toString('hex'),
    ]
    for (const text of spellings) {
      expect(readChallenge(text, signIn, now, keys)).toBeUndefined()
    }
  })

  it('is nothing of whatever else somebody sends', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
          fc
            .uint8Array({ minLength: 70, maxLength: 70 })
            .map((bytes) => Buffer.from(bytes).toString('base64url')),
        ),
        (text) => {
          expect(readChallenge(text, signIn, now, keys)).toBeUndefined()
        },
      ),
    )
  })
})
