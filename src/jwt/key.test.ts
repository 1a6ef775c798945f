import { Console } from 'node:console'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Algorithm, algorithms } from './algorithm.ts'
import { type KeyRefusal, TokenKeyError } from './errors.ts'
import { generateKey } from './generate.ts'
import { exportJwk, exportPrivateJwk, importJwk, thumbprint } from './jwk.ts'
import { keyOf, type TokenKey } from './key.ts'
import { exportPem, importPem } from './pem.ts'
import { signToken } from './sign.ts'

const asymmetric = algorithms.filter((algorithm) => algorithm !== 'HS256')
const refusal = (reason: KeyRefusal) => new TokenKeyError(reason)

function rsa(modulusLength: number, publicExponent = 65_537) {
  return generateKeyPairSync('rsa', { modulusLength, publicExponent })
}
const pem = ({ publicKey }: { publicKey: KeyObject }) =>
  publicKey.export({ type: 'spki', format: 'pem' }) as string
const privatePem = ({ privateKey }: { privateKey: KeyObject }) =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

function printedOf(key: TokenKey): string {
  const stream = new PassThrough({ encoding: 'utf8' })
  const output = new Console(stream)
  output.log(key)
  output.log('%o %O %j %s', key, key, key, key)
  output.table([key])
  return stream.read()
}

describe.each(algorithms)('a new key for %s', (algorithm) => {
  it('is another one each time, and named by its thumbprint', async () => {
    const [one, other] = await Promise.all([generateKey(algorithm), generateKey(algorithm)])
    expect(one.algorithm).toBe(algorithm)
    expect(one.id).toBe(thumbprint(one))
    expect(one.id).toMatch(/^[\w-]{43}$/)
    expect(one.verifying.equals(other.verifying)).toBe(false)
  })

  it('shows nothing of itself when it is printed', async () => {
    const key = await generateKey(algorithm)
    const jwk = exportPrivateJwk(key)
    const printed = printedOf(key)
    const deep = { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }
    expect(printed).toContain(key.id)
    const shown = [printed, JSON.stringify(key), `${key}`, inspect(key, deep), inspect([{ key }])]
    for (const name of ['d', 'k', 'p', 'q', 'x', 'n']) {
      const number = jwk[name]
      if (typeof number !== 'string') continue
      const bytes = Buffer.from(number, 'base64url')
      for (const spelling of [number, bytes.toString('base64'), bytes.toString('hex')]) {
        expect(shown.join('\n')).not.toContain(spelling.slice(0, 20))
      }
    }
  })
})

describe('a key that is refused', () => {
  it.each(asymmetric)('for %s has the private part of another one', async (algorithm) => {
    const [key, other] = await Promise.all([generateKey(algorithm), generateKey(algorithm)])
    const mixed = { ...exportPrivateJwk(other), ...exportJwk(key) }
    expect(() => importJwk(mixed)).toThrow(refusal('inconsistent'))
  })

  it('tells why by a code and a reason, and never shows itself', () => {
    const bad = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----\n'
    try {
      importPem(bad)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'token_key_refused', reason: 'malformed' })
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('c2VjcmV0')
      expect((error as Error).cause).toBeUndefined()
    }
  })

  it.each(['', 'x'.repeat(256), 5 as unknown as string])('has an id that names nothing', (id) => {
    const pair = generateKeyPairSync('ed25519')
    expect(() => importPem(pem(pair), { id })).toThrow(refusal('malformed'))
  })
})

describe('RSA', () => {
  const [short, weak, long] = [rsa(2048), rsa(3072, 3), rsa(3072)]

  it('needs to be told which of its algorithms it is for', () => {
    expect(() => importPem(pem(long))).toThrow(refusal('algorithm_needed'))
    expect(importPem(pem(long), { algorithm: 'PS256' }).algorithm).toBe('PS256')
  })

  it.each(['RS256', 'PS256'] as const)(
    'has 3072 bits for %s, unless who verifies says so',
    (algorithm) => {
      expect(() => importPem(pem(short), { algorithm })).toThrow(refusal('too_short'))
      const taken = importPem(pem(short), { algorithm, minRsaBits: 2048 })
      expect(taken.signing).toBeUndefined()
      expect(() => importPem(pem(rsa(1024)), { algorithm, minRsaBits: 2048 })).toThrow(
        refusal('too_short'),
      )
    },
  )

  it('has 3072 bits to sign, whatever is said', () => {
    const options = { algorithm: 'RS256', minRsaBits: 2048 } as const
    expect(() => importPem(privatePem(short), options)).toThrow(refusal('too_short'))
    const jwk = short.privateKey.export({ format: 'jwk' })
    expect(() => importJwk(jwk, options)).toThrow(refusal('too_short'))
  })

  it('has no small exponent', () => {
    expect(() => importPem(pem(weak), { algorithm: 'RS256' })).toThrow(refusal('malformed'))
    const one = { ...long.publicKey.export({ format: 'jwk' }), e: 'AQ' }
    expect(() => importJwk(one, { algorithm: 'RS256' })).toThrow(refusal('malformed'))
  })
})

describe('a key of another kind', () => {
  const kinds = {
    'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  }
  const others = {
    Ed448: generateKeyPairSync('ed448'),
    X25519: generateKeyPairSync('x25519'),
    'RSA-PSS': generateKeyPairSync('rsa-pss', { modulusLength: 3072 }),
    DSA: generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }),
  }

  it.each(Object.entries(kinds))('is not for ES256: %s', (_, pair) => {
    expect(() => importPem(pem(pair))).toThrow(refusal('wrong_algorithm'))
    expect(() => importPem(privatePem(pair))).toThrow(refusal('wrong_algorithm'))
    expect(() => importJwk(pair.publicKey.export({ format: 'jwk' }))).toThrow(
      refusal('wrong_algorithm'),
    )
  })

  it.each(Object.entries(others))('is for nothing: %s', (_, pair) => {
    expect(() => importPem(pem(pair))).toThrow(refusal('unknown_kind'))
    for (const algorithm of algorithms) {
      expect(() => importPem(pem(pair), { algorithm })).toThrow(refusal('wrong_algorithm'))
    }
  })

  it('is never taken for the algorithm that is asked for', async () => {
    const keys = await Promise.all(asymmetric.map((algorithm) => generateKey(algorithm)))
    const isRsa = (algorithm: Algorithm) => algorithm === 'RS256' || algorithm === 'PS256'
    for (const key of keys) {
      for (const algorithm of algorithms) {
        if (key.algorithm === algorithm || (isRsa(key.algorithm) && isRsa(algorithm))) continue
        expect(() => importPem(exportPem(key), { algorithm })).toThrow(refusal('wrong_algorithm'))
        expect(() => keyOf(key.verifying, undefined, { algorithm })).toThrow(
          refusal('wrong_algorithm'),
        )
      }
    }
  })
})

it('a key that only verifies signs nothing', async () => {
  const key = importJwk(exportJwk(await generateKey('ES256')))
  expect(key.signing).toBeUndefined()
  expect(() => signToken({}, { key, lifetimeSeconds: 1 })).toThrow(refusal('not_private'))
})
