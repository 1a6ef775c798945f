import { describe, expect, it } from 'vitest'
import { TokenMisuseError } from './errors.ts'
import { generateKey } from './generate.ts'
import { createJwks } from './jwks.ts'
import { createTokens } from './pair.ts'

const [key, old, ec] = await Promise.all([
  generateKey('EdDSA'),
  generateKey('EdDSA'),
  generateKey('ES256'),
])
const start = 1_800_000_000
const at = (seconds: number) => ({ now: () => seconds * 1000 })
const party = { issuer: 'https://id.example.com', audience: 'https://api.example.com' }
const tokens = createTokens({ key, ...party, clock: at(start) })
const refused = (reason: string) => ({ kind: 'refused', reason })

describe('a pair', () => {
  it('is an answer as RFC 6749, 5.1 has it', () => {
    expect(tokens.issue({ sub: 'ann' })).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 900,
    })
  })

  it('says the same of the same person, each with an id and an end of its own', () => {
    const { access_token, refresh_token } = tokens.issue({ sub: 'ann', role: 'admin' })
    const said = {
      sub: 'ann',
      role: 'admin',
      iat: start,
      iss: party.issuer,
      aud: party.audience,
      jti: expect.stringMatching(/^[\w-]{22}$/),
    }
    const access = tokens.verifyAccessToken(access_token)
    const refresh = tokens.verifyRefreshToken(refresh_token)
    expect(access).toMatchObject({ claims: { ...said, exp: start + 900 } })
    expect(refresh).toMatchObject({ claims: { ...said, exp: start + 604_800 } })
    const ids = [access, refresh].map((one) => one.kind === 'verified' && one.claims.jti)
    expect(new Set(ids).size).toBe(2)
  })

  it('has two kinds of token, and neither is taken for the other', () => {
    const { access_token, refresh_token } = tokens.issue({ sub: 'ann' })
    expect(tokens.verifyAccessToken(refresh_token)).toEqual(refused('wrong_type'))
    expect(tokens.verifyRefreshToken(access_token)).toEqual(refused('wrong_type'))
  })

  it('is good for as long as it was asked for', () => {
    const times = { accessSeconds: 5, refreshSeconds: 10 }
    const { access_token, refresh_token, expires_in } = createTokens({
      key,
      ...times,
      clock: at(start),
    }).issue({ sub: 'ann' })
    const later = (seconds: number) => createTokens({ key, ...times, clock: at(start + seconds) })
    expect(expires_in).toBe(5)
    expect(later(4).verifyAccessToken(access_token).kind).toBe('verified')
    expect(later(5).verifyAccessToken(access_token)).toEqual(refused('expired'))
    expect(later(9).verifyRefreshToken(refresh_token).kind).toBe('verified')
    expect(later(10).verifyRefreshToken(refresh_token)).toEqual(refused('expired'))
  })

  it('has issuer and audience that claims do not change', () => {
    const token = tokens.createAccessToken({ sub: 'ann', iss: 'other', aud: 'other' })
    expect(tokens.verifyAccessToken(token)).toMatchObject({
      claims: { iss: party.issuer, aud: party.audience },
    })
  })

  it('is refused by another issuer, for another audience, and with another key', () => {
    const { access_token } = tokens.issue({ sub: 'ann' })
    const verdict = (options: object) =>
      createTokens({ key, ...party, clock: at(start), ...options }).verifyAccessToken(access_token)
    expect(verdict({ issuer: 'https://other' })).toEqual(refused('wrong_issuer'))
    expect(verdict({ audience: 'https://other' })).toEqual(refused('wrong_audience'))
    expect(verdict({ key: old })).toEqual(refused('unknown_key'))
    expect(verdict({ key: { ...old, id: undefined } })).toEqual(refused('bad_signature'))
  })
})

it('an access token may be given a lifetime of its own', () => {
  const token = tokens.createAccessToken({ sub: 'ann' }, 60)
  expect(tokens.verifyAccessToken(token)).toMatchObject({ claims: { exp: start + 60 } })
  expect(() => tokens.createAccessToken({ sub: 'ann' }, 0)).toThrow(TokenMisuseError)
})

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a lifetime of %s is none',
  (seconds) => {
    expect(() => createTokens({ key, accessSeconds: seconds })).toThrow(TokenMisuseError)
    expect(() => createTokens({ key, refreshSeconds: seconds })).toThrow(TokenMisuseError)
  },
)

describe('a set of keys', () => {
  it('lets tokens of a key that was replaced be good until they end', () => {
    const before = createTokens({ key: old, clock: at(start) }).issue({ sub: 'ann' })
    const replaced = createTokens({ key, keys: createJwks([key, old]), clock: at(start) })
    expect(replaced.verifyRefreshToken(before.refresh_token).kind).toBe('verified')
    expect(replaced.verifyAccessToken(replaced.issue({}).access_token).kind).toBe('verified')
    const forgotten = createTokens({ key, keys: createJwks([key]), clock: at(start) })
    expect(forgotten.verifyRefreshToken(before.refresh_token)).toEqual(refused('unknown_key'))
  })

  it('may hold a key for another algorithm', () => {
    const before = createTokens({ key, clock: at(start) }).issue({ sub: 'ann' })
    const replaced = createTokens({ key: ec, keys: createJwks([ec, key]), clock: at(start) })
    expect(replaced.verifyAccessToken(before.access_token).kind).toBe('verified')
  })

  it('has the key that signs in it', () => {
    expect(() => createTokens({ key, keys: createJwks([old]) })).toThrow(TokenMisuseError)
    const named = createJwks([{ ...old, id: key.id }])
    expect(() => createTokens({ key, keys: named })).toThrow(TokenMisuseError)
  })

  it('finds that key by the id that tokens name', () => {
    const unnamed = { ...key, id: undefined }
    const keys = createJwks([unnamed, old])
    expect(() => createTokens({ key: unnamed, keys })).toThrow(TokenMisuseError)
  })
})
