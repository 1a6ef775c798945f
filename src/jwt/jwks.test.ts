import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { TokenKeyError } from './errors.ts'
import { generateKey } from './generate.ts'
import { exportJwk, exportPrivateJwk, type JsonWebKey } from './jwk.ts'
import { createJwks, importJwks } from './jwks.ts'

const [hmac, ed, old, ec, rsa] = await Promise.all([
  generateKey('HS256'),
  generateKey('EdDSA'),
  generateKey('EdDSA'),
  generateKey('ES256'),
  generateKey('RS256'),
])

describe('a set of keys', () => {
  it('finds a key by its id, for its own algorithm', () => {
    const jwks = createJwks([ed, old, ec])
    expect(jwks.find(old.id, 'EdDSA')?.verifying).toBe(old.verifying)
    expect(jwks.find(old.id, 'ES256')).toBeUndefined()
    expect(jwks.find('unknown', 'EdDSA')).toBeUndefined()
    expect(jwks.find('__proto__', 'EdDSA')).toBeUndefined()
  })

  it('finds a key without id only where there is no other', () => {
    const jwks = createJwks([ed, old, ec])
    expect(jwks.find(undefined, 'EdDSA')).toBeUndefined()
    expect(jwks.find(undefined, 'ES256')?.verifying).toBe(ec.verifying)
    expect(jwks.find(undefined, 'RS256')).toBeUndefined()
  })

  it('names a key without id by its thumbprint', () => {
    const [key] = createJwks([{ ...ed, id: undefined }]).keys
    expect(key?.id).toBe(ed.id)
  })

  it('has each id once', () => {
    const refusal = new TokenKeyError('duplicate_id')
    expect(() => createJwks([ed, ed])).toThrow(refusal)
    expect(() =>
      createJwks([
        { ...ed, id: 'a' },
        { ...ec, id: 'a' },
      ]),
    ).toThrow(refusal)
    const keys = [ed, old].map((key) => ({ ...exportJwk(key), kid: 'a' }))
    expect(() => importJwks({ keys })).toThrow(refusal)
  })

  it('is shown without private parts, and without secrets of HS256', () => {
    const shown = JSON.parse(JSON.stringify(createJwks([hmac, ed, ec, rsa])))
    expect(shown).toEqual({ keys: [ed, ec, rsa].map(exportJwk) })
    const text = JSON.stringify(shown)
    for (const key of [hmac, ed, ec, rsa]) {
      const { d, k } = exportPrivateJwk(key)
      expect(text).not.toContain(d ?? k)
    }
  })

  it('may be empty', () => {
    expect(JSON.stringify(createJwks([]))).toBe('{"keys":[]}')
  })
})

describe('a set of somebody else', () => {
  it('is read as it was shown', () => {
    const jwks = importJwks(JSON.parse(JSON.stringify(createJwks([ed, ec, rsa]))))
    expect(JSON.stringify(jwks)).toBe(JSON.stringify(createJwks([ed, ec, rsa])))
  })

  it('may hold keys for something else, which are left out', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
    const x25519 = generateKeyPairSync('x25519').publicKey
    const short = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    const others: unknown[] = [
      p384.export({ format: 'jwk' }),
      x25519.export({ format: 'jwk' }),
      { ...exportJwk(rsa), use: 'enc' },
      { ...short.export({ format: 'jwk' }), alg: 'RS256' },
      { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' },
      { ...exportJwk(old), x: 'AAAA' },
      null,
      'key',
      [],
    ]
    const keys = [...others, exportJwk(ed)] as JsonWebKey[]
    expect(importJwks({ keys }).keys.map(({ id }) => id)).toEqual([ed.id])
  })

  it('may hold RSA keys of 2048 bits where who verifies says so', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const [open, secret] = [publicKey, privateKey].map((key) => ({
      ...key.export({ format: 'jwk' }),
      alg: 'PS256',
    }))
    expect(importJwks({ keys: [open] }, { minRsaBits: 2048 }).keys).toHaveLength(1)
    expect(importJwks({ keys: [secret] }, { minRsaBits: 2048 }).keys).toHaveLength(0)
  })

  it.each([undefined, null, {}, [], { keys: {} }, { keys: null }, 'keys', 5])(
    'is not %j',
    (given) => {
      const document = given as { keys?: unknown }
      expect(() => importJwks(document)).toThrow(new TokenKeyError('malformed'))
    },
  )
})
