import { describe, expect, it } from 'vitest'
import { KeyRing } from '../kernel/key-ring.ts'
import { systemRandom } from '../kernel/random.ts'
import { Secret } from '../kernel/secret.ts'
import { anAccount, aSession } from '../testing/records.ts'
import { FormTokens } from './csrf.ts'

const oldKey = new Secret('an-old-master-key-of-thirty-two-')
const newKey = new Secret('a-new-master-key-of-thirty-two--')
const tokens = new FormTokens(new KeyRing([oldKey]), systemRandom)
const session = aSession(anAccount())

describe('form token', () => {
  it('fits its session and differs at each rendering', () => {
    const [one, other] = [tokens.make(session), tokens.make(session)]
    expect(one).not.toBe(other)
    expect(tokens.matches(one, session)).toBe(true)
    expect(tokens.matches(other, session)).toBe(true)
  })

  it('fits no other session, not even of the same account', () => {
    expect(tokens.matches(tokens.make(session), aSession(anAccount()))).toBe(false)
  })

  it('is refused when it is altered, cut, extended or empty', () => {
    const token = tokens.make(session)
    const [salt, mac] = token.split('.')
    for (const other of [
      `x${token}`,
      token.slice(0, -1),
      `${token}.`,
      `${salt}.`,
      `.${mac}`,
      mac,
      '',
      '.',
    ]) {
      expect(tokens.matches(other as string, session)).toBe(false)
    }
  })

  it('still fits when the master key is replaced and the old one is kept in the list', () => {
    const token = tokens.make(session)
    const rotated = new FormTokens(new KeyRing([newKey, oldKey]), systemRandom)
    const forgotten = new FormTokens(new KeyRing([newKey]), systemRandom)
    expect(rotated.matches(token, session)).toBe(true)
    expect(forgotten.matches(token, session)).toBe(false)
  })
})
