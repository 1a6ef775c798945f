import { describe, expect, it } from 'vitest'
import { type Algorithm, algorithms, schemes } from './algorithm.ts'
import { TokenMisuseError } from './errors.ts'
import { generateKey } from './generate.ts'
import { createJwks } from './jwks.ts'
import type { TokenKey } from './key.ts'
import { signToken } from './sign.ts'
import { type Expectations, verifyToken } from './verify.ts'

const [hmac, other, ed, rsa] = await Promise.all([
  generateKey('HS256'),
  generateKey('HS256'),
  generateKey('EdDSA'),
  generateKey('RS256'),
])
const start = 1_800_000_000
const clock = { now: () => start * 1000 }
const claims = { sub: 'ann', iat: start, exp: start + 900 }

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Signs any header and payload, also such as the library would never write. */
function signed(header: unknown, payload: unknown = claims, key: TokenKey = hmac): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${schemes[key.algorithm].sign(input, key.signing as never)}`
}

function verdictOn(token: unknown, expected: Partial<Expectations> = {}): string {
  const outcome = verifyToken(token, { keys: hmac, algorithms: ['HS256'], clock, ...expected })
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind
}

describe('a token that is good', () => {
  it.each(algorithms)('comes back as it was signed with %s', async (algorithm) => {
    const key = await generateKey(algorithm)
    const said = { sub: 'ann', jti: 'one', aud: ['here', 'there'], more: { deep: [1, 'ü', null] } }
    const token = signToken(said, { key, lifetimeSeconds: 60, clock })
    const expected = { keys: key, algorithms: [algorithm], audience: 'there', clock }
    expect(verifyToken(token, expected)).toEqual({
      kind: 'verified',
      claims: { ...said, iat: start, exp: start + 60 },
      header: { alg: algorithm, typ: 'JWT', kid: key.id },
    })
  })

  it('is verified by one who knows only the public key', () => {
    const { algorithm, id, verifying } = ed
    const token = signToken({}, { key: ed, lifetimeSeconds: 60, clock })
    const keys = { algorithm, id, verifying, signing: undefined }
    expect(verdictOn(token, { keys, algorithms: ['EdDSA'] })).toBe('verified')
  })

  it('may have blanks and another order in its JSON: what was signed is what counts', () => {
    expect(
      verdictOn(signed('{ "typ":"JWT", "alg" : "HS256" }', JSON.stringify(claims, null, 2))),
    ).toBe('verified')
  })

  it('shows a header that cannot be changed, for it is remembered', () => {
    const outcome = verifyToken(signed({ alg: 'HS256' }), {
      keys: hmac,
      algorithms: ['HS256'],
      clock,
    })
    expect(Object.isFrozen(outcome.kind === 'verified' && outcome.header)).toBe(true)
  })
})

describe('the algorithm is the choice of the verifier', () => {
  it('so one who chooses none is told', () => {
    expect(() => verdictOn(signed({ alg: 'HS256' }), { algorithms: [] })).toThrow(TokenMisuseError)
  })

  it.each([
    'none',
    'None',
    'nOnE',
    'NONE',
    '',
    'hs256',
    'HS256 ',
    'HS384',
    'HS512',
    'ES384',
    'RS1',
  ])('and never %j of the token', (alg) => {
    expect(verdictOn(signed({ alg }), { algorithms })).toBe('wrong_algorithm')
  })

  it.each([null, true, 256, ['HS256'], { name: 'HS256' }, undefined])(
    'and never %j, which is no name',
    (alg) => {
      expect(verdictOn(signed({ alg }), { algorithms })).toBe('wrong_algorithm')
    },
  )

  it('and never one of prototypes', () => {
    const alg = 'toString'
    const asked = { algorithms: ['toString' as Algorithm] }
    expect(verdictOn(signed({ alg }), { algorithms })).toBe('wrong_algorithm')
    expect(verdictOn(signed({ alg }), asked)).toBe('unknown_key')
  })

  it('also where none is asked for by mistake: no key is one for it', () => {
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.AAAA`
    expect(verdictOn(unsigned, { algorithms: ['none' as Algorithm] })).toBe('unknown_key')
  })

  it('and not every algorithm that the library knows', () => {
    const token = signToken({}, { key: ed, lifetimeSeconds: 60, clock })
    expect(verdictOn(token, { keys: ed, algorithms: ['ES256'] })).toBe('wrong_algorithm')
  })

  it('and one that the key is not good for finds no key', () => {
    const token = signed({ alg: 'HS256', kid: rsa.id })
    const both = ['HS256', 'RS256'] as const
    expect(verdictOn(token, { keys: rsa, algorithms: both })).toBe('unknown_key')
    expect(verdictOn(token, { keys: createJwks([rsa, hmac]), algorithms: both })).toBe(
      'unknown_key',
    )
  })
})

describe('the claims of an access token (RFC 9068, 2.2)', () => {
  const whole = { ...claims, iss: 'https://id', aud: 'api', client_id: 'web', jti: 'one' }
  const judged = (payload: unknown, typ: string, type: string) =>
    verdictOn(signed({ alg: 'HS256', typ }, payload), { type, audience: 'api' })

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('are all there, for %s', (type) => {
    expect(judged(whole, 'at+jwt', type)).toBe('verified')
    for (const name of ['iss', 'aud', 'sub', 'client_id', 'jti', 'exp', 'iat']) {
      const rest = Object.fromEntries(Object.entries(whole).filter(([one]) => one !== name))
      expect(judged(rest, 'at+jwt', type), name).toBe('invalid_claim')
    }
  })

  it('are not asked of other kinds', () => {
    expect(judged({ ...claims, aud: 'api' }, 'JWT', 'JWT')).toBe('verified')
  })
})

describe('what must be understood and is not', () => {
  it.each([
    { crit: ['exp'] },
    { crit: [] },
    { crit: null },
    { crit: ['b64'], b64: false },
    { b64: true },
    { b64: false },
    { zip: 'DEF' },
    { enc: 'A256GCM' },
  ])('is refused: %j', (extra) => {
    expect(verdictOn(signed({ alg: 'HS256', ...extra }))).toBe('unsupported')
  })
})

describe('the type of a token', () => {
  it.each([
    ['JWT', 'JWT'],
    ['jwt', 'JWT'],
    ['application/jwt', 'JWT'],
    ['Application/JWT', 'jwt'],
    [undefined, 'JWT'],
    [undefined, 'application/jwt'],
    ['RESET+jwt', 'reset+jwt'],
    ['application/reset+jwt', 'reset+JWT'],
    ['reset+jwt', 'application/reset+jwt'],
  ])('may be written as %j where %j is expected', (typ, type) => {
    expect(verdictOn(signed({ alg: 'HS256', typ }), { type })).toBe('verified')
  })

  it.each([
    ['at+jwt', 'JWT'],
    ['JWT', 'at+jwt'],
    [undefined, 'reset+jwt'],
    ['', 'JWT'],
    [null, 'JWT'],
    [['JWT'], 'JWT'],
    ['JWT ', 'JWT'],
    ['text/jwt', 'JWT'],
    ['application/application/jwt', 'JWT'],
    ['reset', 'reset+jwt'],
  ])('is refused as %j where %j is expected', (typ, type) => {
    expect(verdictOn(signed({ alg: 'HS256', typ }), { type })).toBe('wrong_type')
  })
})

describe('no claim is read before the signature is known to be right', () => {
  it('so one that is no JSON is a bad signature first, and malformed only when it was signed', () => {
    const token = signed({ alg: 'HS256' }, '{"exp":')
    expect(verdictOn(token)).toBe('malformed')
    expect(verdictOn(token, { keys: other })).toBe('bad_signature')
  })

  it('and one that has expired is not said to be so to who cannot sign', () => {
    const expired = signed({ alg: 'HS256' }, { ...claims, exp: 1 })
    expect(verdictOn(expired)).toBe('expired')
    expect(verdictOn(expired, { keys: other })).toBe('bad_signature')
  })
})
