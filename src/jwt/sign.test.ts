import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenKeyError, TokenMisuseError } from './errors.ts'
import { generateKey } from './generate.ts'
import { signToken } from './sign.ts'
import { verifyToken } from './verify.ts'

const key = await generateKey('HS256')
const start = 1_800_000_000
const clock = { now: () => start * 1000 + 999 }
const options = { key, lifetimeSeconds: 900, clock }
const misuse = TokenMisuseError

const partOf = (token: string, at: number) =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString())
const claimsOf = (token: string) => partOf(token, 1)
const verified = (token: string) => verifyToken(token, { keys: key, algorithms: ['HS256'], clock })

function nested(levels: number): unknown {
  return levels === 0 ? 'end' : [nested(levels - 1)]
}

describe('a token that is signed', () => {
  it('says what it was given, and does not change that', () => {
    const claims = Object.freeze({ sub: 'ann', roles: Object.freeze(['a', 'b']) })
    expect(claimsOf(signToken(claims, options))).toMatchObject({ sub: 'ann', roles: ['a', 'b'] })
    expect(claims).toEqual({ sub: 'ann', roles: ['a', 'b'] })
  })

  it('begins in the whole second that it is, and ends after its lifetime', () => {
    expect(claimsOf(signToken({}, options))).toMatchObject({ iat: start, exp: start + 900 })
    expect(claimsOf(signToken({}, { ...options, lifetimeSeconds: 1 })).exp).toBe(start + 1)
  })

  it('takes the time of the system where none is given', () => {
    const { iat } = claimsOf(signToken({}, { key, lifetimeSeconds: 1 }))
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(5)
  })

  it('has an id of 128 random bits, unless it is given one', () => {
    const ids = Array.from({ length: 1000 }, () => claimsOf(signToken({}, options)).jti)
    expect(new Set(ids).size).toBe(1000)
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/)
    expect(claimsOf(signToken({ jti: 'mine' }, options)).jti).toBe('mine')
  })

  it('names algorithm, type and key, and nothing else', () => {
    expect(partOf(signToken({}, options), 0)).toEqual({ alg: 'HS256', typ: 'JWT', kid: key.id })
    const typed = signToken({}, { ...options, type: 'at+jwt' })
    expect(partOf(typed, 0)).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: key.id })
    expect(partOf(signToken({}, options), 0).typ).toBe('JWT')
    const unnamed = signToken({}, { ...options, key: { ...key, id: undefined } })
    expect(partOf(unnamed, 0)).toEqual({ alg: 'HS256', typ: 'JWT' })
  })
})

it.each([
  0,
  -0,
  -1,
  1.5,
  0.1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '900',
  null,
  undefined,
])('a lifetime of %s is none', (seconds) => {
  const lifetimeSeconds = seconds as number
  expect(() => signToken({}, { ...options, lifetimeSeconds })).toThrow(misuse)
})

it.each([{ exp: start + 60 }, { iat: start }, { exp: null }, { exp: 0 }, { iat: 'now' }])(
  'claims do not say themselves when they begin and end: %j',
  (claims) => {
    expect(() => signToken(claims, options)).toThrow(misuse)
  },
)

it('needs a key that can sign', () => {
  const keys = { ...key, signing: undefined }
  expect(() => signToken({}, { ...options, key: keys })).toThrow(new TokenKeyError('not_private'))
})

it('fits into the 16 KiB that are read', () => {
  const longest = signToken({ text: 'x'.repeat(12_000) }, options)
  expect(verified(longest).kind).toBe('verified')
  expect(() => signToken({ text: 'x'.repeat(12_300) }, options)).toThrow(misuse)
})

it('a clock that tells no number signs nothing', () => {
  const broken = { ...options, clock: { now: () => Number.NaN } }
  expect(() => signToken({}, broken)).toThrow(misuse)
})

describe('what is signed is also accepted', () => {
  it('and gives back whatever JSON it was given', () => {
    const reserved = ['exp', 'iat', 'nbf', 'iss', 'sub', 'aud', 'jti', 'sid', 'client_id']
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...reserved, '__proto__', 'constructor', 'toJSON', 'toString', '', '0'),
    )
    const value = fc.oneof(
      fc.jsonValue({ stringUnit: 'binary' }),
      fc.constantFrom('text', ['text']),
    )
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 6 }), (drawn) => {
        const claims = JSON.parse(JSON.stringify(drawn))
        const token = orNothing(() => signToken(claims, options))
        if (token === undefined) return
        const outcome = verifyToken(token, {
          keys: key,
          algorithms: ['HS256'],
          clock,
          leewaySeconds: 86_400,
          ...(claims.aud !== undefined && { audience: claims.aud }),
        })
        if (outcome.kind === 'refused') expect(outcome.reason).toBe('not_yet_valid')
        else expect(outcome.claims).toMatchObject(claims)
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['short', ''],
    ['long', 'x'.repeat(3000)],
  ])('and nested no deeper than 32 levels, %s or not', (_, padding) => {
    expect(verified(signToken({ claim: nested(31), padding }, options)).kind).toBe('verified')
    expect(() => signToken({ claim: nested(32), padding }, options)).toThrow(misuse)
  })

  it.each(['__proto__', 'constructor', 'prototype'])('and reaches no prototype: %s', (name) => {
    for (const text of [`{"${name}":{"admin":true}}`, `{"a":[{"${name}":1}]}`]) {
      expect(() => signToken(JSON.parse(text), options)).toThrow(misuse)
    }
    expect(verified(signToken({ word: name, [`my${name}`]: 1 }, options)).kind).toBe('verified')
  })
})

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    expect(error).toBeInstanceOf(misuse)
    return undefined
  }
}

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
    expect(() => signToken(claims, options)).toThrow(misuse)
  })

  it('nor what is no JSON', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => signToken(circle, options)).toThrow(misuse)
    expect(() => signToken({ big: 10n }, options)).toThrow(misuse)
  })

  it('nor what puts itself in the place of all claims', () => {
    const claims = { toJSON: () => ({ sub: 'ann' }) }
    expect(() => signToken(claims, options)).toThrow(misuse)
  })
})
