import { describe, expect, it } from 'vitest'
import { TokenMisuseError } from './errors.ts'
import { generateKey } from './generate.ts'
import { signToken } from './sign.ts'
import { verifyToken } from './verify.ts'

const key = await generateKey('HS256')
const options = { key, lifetimeSeconds: 900 }
const kindOf = (token: string) => verifyToken(token, { keys: key, algorithms: ['HS256'] }).kind

function nested(levels: number): unknown {
  return levels === 0 ? 'end' : [nested(levels - 1)]
}

describe('what is signed is also accepted', () => {
  it.each([
    ['short', ''],
    ['long', 'x'.repeat(3000)],
  ])('and nested no deeper than 32 levels, %s or not', (_, padding) => {
    expect(kindOf(signToken({ claim: nested(31), padding }, options))).toBe('verified')
    expect(() => signToken({ claim: nested(32), padding }, options)).toThrow(TokenMisuseError)
  })
})

describe('claims that nobody would accept are not signed', () => {
  it.each([
    { iss: '' },
    { sub: 5 },
    { sid: null },
    { client_id: ['web'] },
    { jti: null },
    { jti: '' },
    { aud: [] },
    { aud: ['here', 5] },
    { nbf: '1800000000' },
    { nbf: Number.NaN },
  ])('%j', (claims) => {
    expect(() => signToken(claims, options)).toThrow(TokenMisuseError)
  })

  it('nor what puts itself in the place of all claims', () => {
    const claims = { toJSON: () => ({ sub: 'ann' }) }
    expect(() => signToken(claims, options)).toThrow(TokenMisuseError)
  })
})
