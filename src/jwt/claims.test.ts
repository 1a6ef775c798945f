import { describe, expect, it } from 'vitest'
import { type ClaimExpectations, judgeClaims } from './claims.ts'
import { TokenMisuseError } from './errors.ts'
import { generateKey } from './generate.ts'
import { signToken } from './sign.ts'
import { verifyToken } from './verify.ts'

const start = 1_800_000_000
const claims = { iat: start, exp: start + 900 }

function verdictOn(
  extra: Readonly<Record<string, unknown>>,
  expected: ClaimExpectations = {},
  now = start,
): string {
  return judgeClaims({ ...claims, ...extra }, expected, 'jwt', now) ?? 'good'
}

describe('times', () => {
  it('end a token at the very second of exp', () => {
    expect(verdictOn({}, {}, start + 899)).toBe('good')
    expect(verdictOn({}, {}, start + 899.999)).toBe('good')
    expect(verdictOn({}, {}, start + 900)).toBe('expired')
    expect(verdictOn({}, {}, start + 901)).toBe('expired')
  })

  it('begin a token at the very second of nbf', () => {
    expect(verdictOn({ nbf: start }, {}, start - 0.001)).toBe('not_yet_valid')
    expect(verdictOn({ nbf: start }, {}, start)).toBe('good')
  })

  it('are moved by the leeway, to the second', () => {
    const leeway = { leewaySeconds: 30 }
    expect(verdictOn({}, leeway, start + 929)).toBe('good')
    expect(verdictOn({}, leeway, start + 930)).toBe('expired')
    expect(verdictOn({ nbf: start }, leeway, start - 30)).toBe('good')
    expect(verdictOn({ nbf: start }, leeway, start - 31)).toBe('not_yet_valid')
  })

  it('may have fractions', () => {
    expect(verdictOn({ exp: start + 0.5 }, {}, start + 0.4)).toBe('good')
    expect(verdictOn({ exp: start + 0.5 }, {}, start + 0.5)).toBe('expired')
  })

  it('of long ago are over', () => {
    expect(verdictOn({ exp: 0 })).toBe('expired')
    expect(verdictOn({ exp: -1 })).toBe('expired')
  })
})

describe('types', () => {
  it.each([
    ...['exp', 'iat'].map((name) => ({ [name]: undefined })),
    ...['exp', 'nbf', 'iat'].flatMap((name) =>
      [null, `${start + 900}`, true, [start], {}, Number.POSITIVE_INFINITY, Number.NaN].map(
        (value) => ({ [name]: value }),
      ),
    ),
    ...['iss', 'sub', 'jti', 'sid', 'client_id'].flatMap((name) =>
      ['', null, 5, true, ['a'], { a: 1 }].map((value) => ({ [name]: value })),
    ),
    ...['', null, 5, [], [''], ['a', 5], [['a']], { a: 1 }].map((aud) => ({ aud })),
  ])('that no claim of its name has are refused: %j', (extra) => {
    expect(verdictOn(extra, { audience: 'a' })).toBe('invalid_claim')
  })
})

describe('the issuer', () => {
  it.each([
    [{ iss: 'https://id.example.com' }, 'good'],
    [{ iss: 'https://id.example.com/' }, 'wrong_issuer'],
    [{ iss: 'https://ID.example.com' }, 'wrong_issuer'],
    [{ iss: 'https://id.example.com.attacker.example' }, 'wrong_issuer'],
    [{}, 'wrong_issuer'],
  ])('is exactly the one that is expected: %j is %s', (extra, verdict) => {
    expect(verdictOn(extra, { issuer: 'https://id.example.com' })).toBe(verdict)
  })
})

describe('the audience', () => {
  it.each([
    ['api', 'api', 'good'],
    [['web', 'api'], 'api', 'good'],
    ['api', ['web', 'api'], 'good'],
    [['api', 'other'], ['web', 'api'], 'good'],
    ['API', 'api', 'wrong_audience'],
    ['api2', 'api', 'wrong_audience'],
    [['web'], 'api', 'wrong_audience'],
    ['web', ['api', 'app'], 'wrong_audience'],
    [undefined, 'api', 'wrong_audience'],
    ['api', [], 'wrong_audience'],
    ['api', undefined, 'wrong_audience'],
    [['api'], undefined, 'wrong_audience'],
    [undefined, undefined, 'good'],
  ])('%j is for %j: %s', (aud, audience, verdict) => {
    expect(verdictOn({ aud }, audience === undefined ? {} : { audience })).toBe(verdict)
  })
})

describe('claims that are asked for', () => {
  it.each([
    [{ role: 'admin' }, 'good'],
    [{ role: false }, 'good'],
    [{ role: null }, 'invalid_claim'],
    [{}, 'invalid_claim'],
  ])('are there: %j is %s', (extra, verdict) => {
    expect(verdictOn(extra, { requires: ['role'] })).toBe(verdict)
  })

  it('are not those of prototypes', () => {
    expect(verdictOn({}, { requires: ['toString'] })).toBe('invalid_claim')
  })
})

const key = await generateKey('HS256')
const at = (seconds: number) => ({ now: () => seconds * 1000 })
const token = signToken({}, { key, lifetimeSeconds: 900, clock: at(start) })

describe('the leeway', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 86_401, '60', null])(
    'is never %s',
    (leewaySeconds) => {
      const expectations = { keys: key, algorithms: ['HS256'] as const, clock: at(start) }
      const check = () =>
        verifyToken(token, { ...expectations, leewaySeconds: leewaySeconds as number })
      expect(check).toThrow(TokenMisuseError)
    },
  )
})

it('a clock that tells no number lets nothing pass', () => {
  const outcome = verifyToken(token, { keys: key, algorithms: ['HS256'], clock: at(Number.NaN) })
  expect(outcome).toEqual({ kind: 'refused', reason: 'expired' })
})
