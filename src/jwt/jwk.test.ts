import { describe, expect, it } from 'vitest'
import { algorithms } from './algorithm.ts'
import { type KeyRefusal, TokenKeyError } from './errors.ts'
import { generateKey } from './generate.ts'
import { exportJwk, exportPrivateJwk, importJwk, type JsonWebKey, thumbprint } from './jwk.ts'
import { signToken } from './sign.ts'
import { verifyToken } from './verify.ts'

const [hmac, ed, ec, rsa] = await Promise.all([
  generateKey('HS256'),
  generateKey('EdDSA'),
  generateKey('ES256'),
  generateKey('RS256'),
])
const refusal = (reason: KeyRefusal) => new TokenKeyError(reason)

describe.each(algorithms)('a JWK for %s', (algorithm) => {
  it('comes back as the same key, private and public', async () => {
    const key = await generateKey(algorithm)
    const again = importJwk(JSON.parse(JSON.stringify(exportPrivateJwk(key))))
    expect(again).toMatchObject({ algorithm, id: key.id })
    const shown = algorithm === 'HS256' ? key : importJwk(exportJwk(key))
    const token = signToken({ sub: 'ann' }, { key: again, lifetimeSeconds: 60 })
    expect(verifyToken(token, { keys: shown, algorithms: [algorithm] }).kind).toBe('verified')
  })
})

describe('the public form', () => {
  it.each([ed, ec, rsa])('has no private part, and says what it is for', (key) => {
    const jwk = exportJwk(key)
    expect(jwk).toMatchObject({ alg: key.algorithm, use: 'sig', kid: key.id })
    expect(Object.keys(jwk)).not.toEqual(expect.arrayContaining(['d']))
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(jwk).not.toHaveProperty(name)
  })

  it('is not there for HS256: who can verify could sign', () => {
    expect(() => exportJwk(hmac)).toThrow(refusal('unknown_kind'))
  })

  it('has no private form', () => {
    const shown = importJwk(exportJwk(ed))
    expect(() => exportPrivateJwk(shown)).toThrow(refusal('not_private'))
  })

  it('names no key that has no name', () => {
    expect(exportJwk({ ...ed, id: undefined })).not.toHaveProperty('kid')
  })
})

describe('what a JWK says of itself counts', () => {
  const shown = exportJwk(ed)
  const secret = exportPrivateJwk(ed)

  it.each<[string, JsonWebKey, KeyRefusal]>([
    ['another algorithm', { ...shown, alg: 'ES256' }, 'wrong_algorithm'],
    ['an algorithm that nobody knows', { ...shown, alg: 'none' }, 'wrong_algorithm'],
    ['an algorithm that is no text', { ...shown, alg: ['EdDSA'] }, 'wrong_algorithm'],
    ['an algorithm of HMAC', { ...exportJwk(rsa), alg: 'HS256' }, 'wrong_algorithm'],
    ['encryption', { ...shown, use: 'enc' }, 'wrong_use'],
    ['a use that is no text', { ...shown, use: null }, 'wrong_use'],
    ['operations without it', { ...shown, key_ops: ['encrypt'] }, 'wrong_use'],
    ['operations of the other part', { ...shown, key_ops: ['sign'] }, 'wrong_use'],
    ['no signing', { ...secret, key_ops: ['verify'] }, 'wrong_use'],
    ['no operation', { ...shown, key_ops: [] }, 'wrong_use'],
    ['operations as text', { ...shown, key_ops: 'verify' }, 'wrong_use'],
    ['a name that is empty', { ...shown, kid: '' }, 'malformed'],
    ['a name that is a number', { ...shown, kid: 1 }, 'malformed'],
    ['a name that is long', { ...shown, kid: 'x'.repeat(256) }, 'malformed'],
  ])('%s', (_, jwk, reason) => {
    expect(() => importJwk(jwk)).toThrow(refusal(reason))
  })

  it('and what is asked for must agree', () => {
    expect(() => importJwk(shown, { algorithm: 'ES256' })).toThrow(refusal('wrong_algorithm'))
    expect(importJwk(shown, { algorithm: 'EdDSA' }).algorithm).toBe('EdDSA')
    expect(importJwk(shown, { id: 'mine' }).id).toBe('mine')
  })

  it('and operations that allow it do', () => {
    expect(importJwk({ ...shown, key_ops: ['verify'] }).signing).toBeUndefined()
    expect(importJwk({ ...secret, key_ops: ['sign', 'verify'] }).signing).toBeDefined()
  })

  it('but certificates and addresses are not looked at', () => {
    const jwk = { ...shown, x5c: ['AAAA'], x5u: 'http://127.0.0.1:9/', x5t: 'A', ext: true }
    expect(thumbprint(importJwk(jwk))).toBe(ed.id)
  })

  it('and of RSA it must be said which algorithm it is for', () => {
    const { alg: _, ...unsaid } = exportJwk(rsa)
    expect(() => importJwk(unsaid)).toThrow(refusal('algorithm_needed'))
    expect(importJwk(unsaid, { algorithm: 'PS256' }).algorithm).toBe('PS256')
  })
})

describe('a JWK is whole, and in its one spelling:', () => {
  const { x, ...withoutX } = exportJwk(ed)
  const { y: _, ...withoutY } = exportJwk(ec)
  const { e: __, ...withoutE } = exportJwk(rsa)
  const { qi: ___, ...withoutQi } = exportPrivateJwk(rsa)
  const { k: ____, ...withoutK } = exportPrivateJwk(hmac)
  const text = x as string

  it.each<[string, JsonWebKey, KeyRefusal]>([
    ['no kind', { x }, 'unknown_kind'],
    ['a kind that nobody knows', { kty: 'AKP', x }, 'unknown_kind'],
    ['a kind in small letters', { ...exportJwk(ec), kty: 'ec' }, 'unknown_kind'],
    ['a kind of prototypes', { kty: 'constructor', x }, 'unknown_kind'],
    ['no x', withoutX, 'malformed'],
    ['no y', withoutY, 'malformed'],
    ['no e', withoutE, 'malformed'],
    ['a private part that is half there', withoutQi, 'malformed'],
    ['no k', withoutK, 'malformed'],
    ['no curve', { ...exportJwk(ed), crv: undefined }, 'malformed'],
    ['another curve of the same length', { ...exportJwk(ed), crv: 'X25519' }, 'wrong_algorithm'],
    ['a point that is not on its curve', { ...exportJwk(ec), y: 'A'.repeat(43) }, 'malformed'],
    ['padding', { ...exportJwk(ed), x: `${text}=` }, 'malformed'],
    ['a blank', { ...exportJwk(ed), x: ` ${text}` }, 'malformed'],
    ['a line end', { ...exportJwk(ed), x: `${text}\n` }, 'malformed'],
    ['bytes too few', { ...exportJwk(ed), x: text.slice(4) }, 'malformed'],
    ['bytes too many', { ...exportJwk(ed), x: `AAAA${text}` }, 'malformed'],
    ['nothing', { ...exportJwk(ed), x: '' }, 'malformed'],
    ['a number', { ...exportJwk(ed), x: 5 }, 'malformed'],
    ['a private part that is null', { ...exportPrivateJwk(ed), d: null }, 'malformed'],
    ['an empty secret', { kty: 'oct', k: '' }, 'malformed'],
    ['a short secret', { kty: 'oct', k: 'c2hvcnQ' }, 'too_short'],
  ])('not with %s', (_, jwk, reason) => {
    expect(() => importJwk(jwk)).toThrow(refusal(reason))
  })

  it('not with unused bits that are set', () => {
    const last = String.fromCharCode(text.charCodeAt(42) + 1)
    expect(() => importJwk({ ...exportJwk(ed), x: text.slice(0, 42) + last })).toThrow(
      refusal('malformed'),
    )
  })

  it.each([
    ['x', ec],
    ['y', ec],
    ['n', rsa],
    ['e', rsa],
  ] as const)('not with zeros in front of a number: %s', (name, key) => {
    const jwk = exportJwk(key)
    const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(jwk[name] as string, 'base64url')])
    const respelt = { ...jwk, [name]: padded.toString('base64url') }
    expect(() => importJwk(respelt)).toThrow(refusal('malformed'))
  })

  it.each([null, undefined, 'text', 5])('not %j in place of a key', (value) => {
    const jwk = value as unknown as JsonWebKey
    expect(() => importJwk(jwk)).toThrow(refusal('malformed'))
  })
})
