import { describe, expect, it } from 'vitest'
import { algorithms } from './algorithm.ts'
import { type KeyRefusal, TokenKeyError } from './errors.ts'
import { generateKey } from './generate.ts'
import { exportJwk, thumbprint } from './jwk.ts'
import { exportPem, exportPrivatePem, importPem, importSecret } from './pem.ts'
import { signToken } from './sign.ts'
import { verifyToken } from './verify.ts'

const [hmac, ed, ec, rsa] = await Promise.all([
  generateKey('HS256'),
  generateKey('EdDSA'),
  generateKey('ES256'),
  generateKey('RS256'),
])
const refusal = (reason: KeyRefusal) => new TokenKeyError(reason)
const asymmetric = algorithms.filter((algorithm) => algorithm !== 'HS256')

describe.each(asymmetric)('PEM for %s', (algorithm) => {
  it('comes back as the same key, private and public', async () => {
    const key = await generateKey(algorithm)
    const again = importPem(exportPrivatePem(key), { algorithm })
    const shown = importPem(exportPem(again), { algorithm })
    expect(again.id).toBeUndefined()
    expect(thumbprint(shown)).toBe(key.id)
    expect(shown.signing).toBeUndefined()
    const token = signToken({ sub: 'ann' }, { key: again, lifetimeSeconds: 60 })
    expect(verifyToken(token, { keys: shown, algorithms: [algorithm] }).kind).toBe('verified')
  })
})

describe('PEM', () => {
  it('of older forms is taken too', () => {
    const sec1 = ec.signing?.export({ type: 'sec1', format: 'pem' }) as string
    const pkcs1 = rsa.signing?.export({ type: 'pkcs1', format: 'pem' }) as string
    expect(thumbprint(importPem(sec1))).toBe(ec.id)
    expect(thumbprint(importPem(pkcs1, { algorithm: 'RS256' }))).toBe(rsa.id)
  })

  it('may stand among blanks and lines of Windows', () => {
    const text = `\n\n  ${exportPem(ed).replaceAll('\n', '\r\n')}\n`
    expect(thumbprint(importPem(text))).toBe(ed.id)
  })

  const encryption = { cipher: 'aes-256-cbc', passphrase: 'secret', format: 'pem' } as const

  it.each([
    ['encrypted', ed.signing?.export({ type: 'pkcs8', ...encryption })],
    ['encrypted as of old', ec.signing?.export({ type: 'sec1', ...encryption })],
    ['a certificate', exportPem(ed).replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['the public form of PKCS #1', rsa.verifying.export({ type: 'pkcs1', format: 'pem' })],
    ['behind other text', `key:\n${exportPem(ed)}`],
    ['cut off', exportPem(ed).slice(0, 60)],
    [
      'the public form under the name of the private one',
      exportPem(ed).replaceAll('PUBLIC', 'PRIVATE'),
    ],
    ['of nothing', ''],
    ['a path', '/etc/keys/private.pem'],
  ])('is not taken when it is %s', (_, text) => {
    expect(() => importPem(text as string, {})).toThrow(refusal('malformed'))
  })

  it('is not there for HS256, nor a private one of a key that only verifies', () => {
    expect(() => exportPem(hmac)).toThrow(refusal('unknown_kind'))
    expect(() => exportPrivatePem(hmac)).toThrow(refusal('unknown_kind'))
    const shown = importPem(exportPem(ed))
    expect(() => exportPrivatePem(shown)).toThrow(refusal('not_private'))
  })
})

describe('a secret', () => {
  const random = hmac.signing?.export() as Buffer

  it('of 32 random bytes or more comes back as it is', () => {
    expect(thumbprint(importSecret(random))).toBe(hmac.id)
    expect(importSecret(random, { id: 'mine' }).id).toBe('mine')
    expect(importSecret(Buffer.concat([random, random])).algorithm).toBe('HS256')
  })

  it.each([0, 1, 16, 31])('of %i bytes is too short', (length) => {
    expect(() => importSecret(random.subarray(0, length))).toThrow(refusal('too_short'))
  })

  it.each([
    ['nothing but zeros', Buffer.alloc(32)],
    ['one byte again and again', Buffer.alloc(64, 'a')],
    ['a short word again and again', Buffer.from('secret'.repeat(8))],
    ['a sample of jwt.io', Buffer.from('a-string-secret-at-least-256-bits-long')],
    ['a sample within something', Buffer.from('my-own-your-256-bit-secret-for-this')],
    ['something to be changed', Buffer.from('please-CHANGE_ME-in-production-now')],
    ['digits in their order', Buffer.from('01234567890123456789012345678901')],
    [
      'the key of RFC 7515, A.1',
      Buffer.from(
        'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
        'base64url',
      ),
    ],
    [
      'the key of RFC 7520, 3.5',
      Buffer.from('hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg', 'base64url'),
    ],
    [
      'a sample of a guide, as text',
      Buffer.from('09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7'),
    ],
    [
      'a sample of a guide, as bytes',
      Buffer.from('09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7', 'hex'),
    ],
    ['a public key as PEM', Buffer.from(exportPem(rsa))],
    ['a public key as JSON', Buffer.from(JSON.stringify(exportJwk(rsa)))],
  ])('is not %s', (_, secret) => {
    expect(() => importSecret(secret)).toThrow(refusal('sample_key'))
  })

  it('that is too short is not called a sample: its length is what is to be changed', () => {
    expect(() => importSecret(Buffer.from('your-256-bit-secret'))).toThrow(refusal('too_short'))
  })

  it('that a random generator has made is never taken for a sample', async () => {
    for (let count = 0; count < 2000; count += 1) await generateKey('HS256').then(reimported)
  })
})

function reimported({ signing }: { readonly signing: typeof hmac.signing }) {
  importSecret(signing?.export() as Buffer)
}
