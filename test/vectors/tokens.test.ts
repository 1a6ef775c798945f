import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import * as jose from 'jose'
import { describe, expect, it } from 'vitest'
import { type Algorithm, schemes } from '../../src/jwt/algorithm.ts'
import {
  algorithms,
  exportJwk,
  exportPem,
  generateKey,
  importJwk,
  signToken,
  type TokenKey,
  thumbprint,
  verifyToken,
} from '../../src/jwt/index.ts'
import { encode, forge, signatureOf } from './forge.ts'
import published from './tokens.json' with { type: 'json' }

describe('known answers', () => {
  it.each(published.jws)('$source: $algorithm', async ({ algorithm, jwk, token }) => {
    const key = keyObjectOf(jwk)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const { verify, sign } = schemes[algorithm as Algorithm]
    const input = `${header}.${payload}`
    expect(verify(input, signature, key)).toBe(true)
    expect(verify(`${input}A`, signature, key)).toBe(false)
    if (algorithm === 'HS256') expect(sign(input, key)).toBe(signature)
    const theirs = await jose.importJWK(jwk as jose.JWK, algorithm)
    await expect(jose.compactVerify(token, theirs)).resolves.toBeDefined()
  })

  it.each(published.jws)(
    '$source is verified first, and then judged',
    ({ algorithm, jwk, token }) => {
      const verifying = keyObjectOf(jwk)
      const key = {
        algorithm: algorithm as Algorithm,
        id: undefined,
        verifying,
        signing: undefined,
      }
      const outcome = verifyToken(token, { keys: key, algorithms: [key.algorithm] })
      // What they sign has no `iat`, or is no JSON at all.
      const isJson = jwk.crv !== 'Ed25519' && !('kid' in jose.decodeProtectedHeader(token))
      expect(outcome).toEqual({ kind: 'refused', reason: isJson ? 'invalid_claim' : 'malformed' })
    },
  )

  it.each(published.signing)('$source: signing', ({ jwk, input, signature }) => {
    const { signing, algorithm } = importJwk(jwk)
    expect(schemes[algorithm].sign(input, signing as KeyObject)).toBe(signature)
  })

  it.each(published.thumbprints)('$source: thumbprint', async ({ algorithm, jwk, ...row }) => {
    const options = { algorithm: algorithm as Algorithm, minRsaBits: 2048 } as const
    expect(thumbprint(importJwk(jwk, options))).toBe(row.thumbprint)
    expect(await jose.calculateJwkThumbprint(jwk as jose.JWK)).toBe(row.thumbprint)
  })

  it('RFC 7519, 6.1: a token without signature is none', () => {
    const unsecured =
      'eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.'
    expect(jose.decodeJwt(unsecured).iss).toBe('joe')
    for (const key of keys.values()) {
      const outcome = verifyToken(unsecured, { keys: key, algorithms })
      expect(outcome).toEqual({ kind: 'refused', reason: 'malformed' })
    }
  })
})

function keyObjectOf(jwk: { readonly kty: string; readonly k?: string }): KeyObject {
  if (jwk.kty === 'oct') return createSecretKey(Buffer.from(jwk.k ?? '', 'base64url'))
  return createPublicKey({ key: jwk, format: 'jwk' })
}

const start = 1_800_000_000
const clock = { now: () => start * 1000 }
const keys = await newKeys()
const strangers = await newKeys()
const keyFor = (algorithm: Algorithm) => keys.get(algorithm) as TokenKey
const strangerFor = (algorithm: Algorithm) => strangers.get(algorithm) as TokenKey
const issuer = 'https://id.example.com'
const audience = 'https://api.example.com'
const claims = { iss: issuer, aud: audience, sub: 'ann', iat: start, exp: start + 900 }

async function newKeys(): Promise<ReadonlyMap<Algorithm, TokenKey>> {
  return new Map(
    await Promise.all(algorithms.map(async (one) => [one, await generateKey(one)] as const)),
  )
}

function verdictOn(token: unknown, algorithm: Algorithm): string {
  const outcome = verifyToken(token, {
    keys: keyFor(algorithm),
    algorithms: [algorithm],
    issuer,
    audience,
    clock,
  })
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind
}

interface Attack {
  readonly title: string
  readonly token: string
  readonly verdict: string
}

/** What an attacker makes of a good token, and with keys of their own. */
function attacksOn(algorithm: Algorithm): readonly Attack[] {
  const key = keyFor(algorithm)
  const stranger = strangerFor(algorithm)
  const header = { alg: algorithm, typ: 'JWT', kid: key.id }
  const good = forge(header, claims, key)
  const [head = '', body = '', signature = ''] = good.split('.')
  const admin = encode({ ...claims, sub: 'root' })
  const bytes = Buffer.from(signature, 'base64url')
  const with_ = (made: Buffer) => `${head}.${body}.${made.toString('base64url')}`
  const embedded = algorithm === 'HS256' ? {} : { jwk: exportJwk(stranger) }
  const swapped = algorithms.filter((other) => other !== algorithm)
  return [
    { title: 'as it is', token: good, verdict: 'verified' },
    {
      title: 'alg none, no signature',
      token: `${encode({ alg: 'none' })}.${body}.`,
      verdict: 'malformed',
    },
    {
      title: 'alg none, two segments',
      token: `${encode({ alg: 'none' })}.${body}`,
      verdict: 'malformed',
    },
    ...['none', 'None', 'NONE', 'nOnE', 'none '].map((alg) => ({
      title: `alg ${JSON.stringify(alg)}, the old signature`,
      token: `${encode({ ...header, alg })}.${body}.${signature}`,
      verdict: 'wrong_algorithm',
    })),
    { title: 'signature cut off', token: `${head}.${body}.`, verdict: 'malformed' },
    {
      title: 'signature all zeros',
      token: with_(Buffer.alloc(bytes.length)),
      verdict: 'bad_signature',
    },
    {
      title: 'signature half',
      token: with_(bytes.subarray(0, bytes.length / 2)),
      verdict: 'bad_signature',
    },
    {
      title: 'signature with a byte more',
      token: with_(Buffer.concat([bytes, Buffer.alloc(1)])),
      verdict: 'bad_signature',
    },
    {
      title: 'signature with zeros in front',
      token: with_(Buffer.concat([Buffer.alloc(3), bytes])),
      verdict: 'bad_signature',
    },
    {
      title: 'signature twice',
      token: with_(Buffer.concat([bytes, bytes])),
      verdict: 'bad_signature',
    },
    {
      title: 'signature of a stranger',
      token: forge(header, claims, stranger),
      verdict: 'bad_signature',
    },
    {
      title: 'signature of a stranger, named as theirs',
      token: forge({ ...header, kid: stranger.id }, claims, stranger),
      verdict: 'unknown_key',
    },
    {
      title: 'their key in the header',
      token: forge({ ...header, ...embedded }, claims, stranger),
      verdict: 'bad_signature',
    },
    {
      title: 'addresses of their key',
      token: forge(
        { ...header, jku: 'http://127.0.0.1:9/', x5u: 'http://127.0.0.1:9/' },
        claims,
        stranger,
      ),
      verdict: 'bad_signature',
    },
    {
      title: 'other claims, the old signature',
      token: `${head}.${admin}.${signature}`,
      verdict: 'bad_signature',
    },
    {
      title: 'another header, the old signature',
      token: `${encode({ ...header, typ: 'jwt' })}.${body}.${signature}`,
      verdict: 'bad_signature',
    },
    {
      title: 'segments in another order',
      token: `${body}.${head}.${signature}`,
      verdict: 'wrong_algorithm',
    },
    {
      title: 'payload of the header',
      token: `${head}.${head}.${signature}`,
      verdict: 'bad_signature',
    },
    ...swapped.map((other) => ({
      title: `signed as ${other} by a stranger`,
      token: forge({ ...header, alg: other }, claims, strangerFor(other)),
      verdict: 'wrong_algorithm',
    })),
    ...publicTexts(key).map(([form, text]) => {
      const input = `${encode({ ...header, alg: 'HS256' })}.${admin}`
      const token = `${input}.${signatureOf(input, 'HS256', createSecretKey(text))}`
      return { title: `HMAC with the public key as ${form}`, token, verdict: 'wrong_algorithm' }
    }),
  ]
}

function publicTexts(key: TokenKey): readonly (readonly [string, Buffer])[] {
  if (key.algorithm === 'HS256') return []
  return [
    ['PEM', Buffer.from(exportPem(key))],
    ['PEM in one line', Buffer.from(exportPem(key).replaceAll('\n', ''))],
    ['DER', key.verifying.export({ type: 'spki', format: 'der' })],
    ['JWK', Buffer.from(JSON.stringify(exportJwk(key)))],
    ['thumbprint', Buffer.from(thumbprint(key))],
  ]
}

describe.each(algorithms)('what attackers make of a token of %s', (algorithm) => {
  it.each(attacksOn(algorithm))('$title: $verdict', ({ token, verdict }) => {
    expect(verdictOn(token, algorithm)).toBe(verdict)
  })
})

/** What the issuer would have to have signed: told apart from a signature that is wrong. */
describe('what is not good although its signature is', () => {
  const key = keyFor('EdDSA')
  const header = { alg: 'EdDSA', typ: 'JWT', kid: key.id }

  it.each<[string, unknown, unknown, string]>([
    ['crit', { ...header, crit: ['exp'] }, claims, 'unsupported'],
    ['b64', { ...header, crit: ['b64'], b64: false }, claims, 'unsupported'],
    ['zip', { ...header, zip: 'DEF' }, claims, 'unsupported'],
    ['enc', { ...header, enc: 'A128GCM' }, claims, 'unsupported'],
    ['the type of another kind', { ...header, typ: 'at+jwt' }, claims, 'wrong_type'],
    ['the type of a nested token', { ...header, typ: 'JOSE' }, claims, 'wrong_type'],
    ['a key id of SQL', { ...header, kid: "x' UNION SELECT 'k" }, claims, 'unknown_key'],
    ['a key id of a path', { ...header, kid: '../../dev/null' }, claims, 'unknown_key'],
    ['a key id of a shell', { ...header, kid: '|whoami' }, claims, 'unknown_key'],
    ['a key id of prototypes', { ...header, kid: '__proto__' }, claims, 'unknown_key'],
    ['a key id that is a list', { ...header, kid: [key.id] }, claims, 'unknown_key'],
    ['alg twice', `{"alg":"none","alg":"EdDSA"}`, claims, 'malformed'],
    ['alg twice, escaped', `{"alg":"EdDSA","\\u0061lg":"EdDSA"}`, claims, 'malformed'],
    ['a header with __proto__', `{"alg":"EdDSA","__proto__":{"typ":"JWT"}}`, claims, 'malformed'],
    ['a header that is a list', '["EdDSA"]', claims, 'malformed'],
    ['sub twice', header, `{"sub":"a","sub":"b","iat":1,"exp":9999999999}`, 'malformed'],
    ['exp twice, escaped', header, `{"\\u0065xp":1,"iat":1,"exp":9999999999}`, 'malformed'],
    ['claims with __proto__', header, `{"__proto__":{"exp":9999999999},"iat":1}`, 'malformed'],
    ['claims that are a list', header, [claims], 'malformed'],
    ['claims that are a text', header, '"ann"', 'malformed'],
    ['claims behind a BOM', header, `\ufeff${JSON.stringify(claims)}`, 'malformed'],
    ['another token', header, forge(header, claims, key), 'malformed'],
    ['no exp', header, { ...claims, exp: undefined }, 'invalid_claim'],
    ['no iat', header, { ...claims, iat: undefined }, 'invalid_claim'],
    ['exp as text', header, { ...claims, exp: `${claims.exp}` }, 'invalid_claim'],
    ['exp without end', header, '{"iat":1,"exp":1e999}', 'invalid_claim'],
    ['exp that is null', header, { ...claims, exp: null }, 'invalid_claim'],
    ['exp that is over', header, { ...claims, exp: start }, 'expired'],
    ['nbf to come', header, { ...claims, nbf: start + 1 }, 'not_yet_valid'],
    ['another issuer', header, { ...claims, iss: `${issuer}/` }, 'wrong_issuer'],
    ['no issuer', header, { ...claims, iss: undefined }, 'wrong_issuer'],
    ['issuers', header, { ...claims, iss: [issuer] }, 'invalid_claim'],
    ['another audience', header, { ...claims, aud: `${audience}.evil.example` }, 'wrong_audience'],
    ['no audience', header, { ...claims, aud: undefined }, 'wrong_audience'],
    ['an empty audience', header, { ...claims, aud: [] }, 'invalid_claim'],
  ])('%s', (_, made, payload, verdict) => {
    expect(verdictOn(forge(made, payload, key), 'EdDSA')).toBe(verdict)
  })

  it('but what the issuer signs is', () => {
    const { iat: _, exp: __, ...said } = claims
    const token = signToken(said, { key, lifetimeSeconds: 900, clock })
    expect(verdictOn(token, 'EdDSA')).toBe('verified')
  })
})
