import { createHmac, sign } from 'node:crypto'
import dns from 'node:dns'
import net from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { algorithms, schemes } from './algorithm.ts'
import { generateKey } from './generate.ts'
import { exportJwk } from './jwk.ts'
import { createJwks } from './jwks.ts'
import type { TokenKey } from './key.ts'
import { exportPem } from './pem.ts'
import { signToken } from './sign.ts'
import { type Expectations, verifyToken } from './verify.ts'

const [hmac, ed, ed2, ec, rsa] = await Promise.all([
  generateKey('HS256'),
  generateKey('EdDSA'),
  generateKey('EdDSA'),
  generateKey('ES256'),
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

describe('a public key is never the secret of an HMAC', () => {
  const texts = {
    PEM: exportPem(rsa),
    'PEM without its last line end': exportPem(rsa).trimEnd(),
    DER: rsa.verifying.export({ type: 'spki', format: 'der' }),
    JWK: JSON.stringify(exportJwk(rsa)),
    modulus: Buffer.from(exportJwk(rsa)['n'] as string, 'base64url'),
  }

  it.each(Object.entries(texts))('as %s', (_, text) => {
    const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: rsa.id })}.${encode(claims)}`
    const token = `${input}.${createHmac('sha256', text).update(input).digest('base64url')}`
    expect(verdictOn(token, { keys: rsa, algorithms: ['RS256'] })).toBe('wrong_algorithm')
    expect(verdictOn(token, { keys: rsa, algorithms })).toBe('unknown_key')
    const keys = createJwks([rsa, hmac])
    expect(verdictOn(token, { keys, algorithms })).toBe('unknown_key')
  })
})

describe('the key that a token names', () => {
  const eddsa = { algorithms: ['EdDSA'] } as const
  const keys = createJwks([ed, ed2, ec])

  it('is the one that it is verified with', () => {
    for (const key of [ed, ed2]) {
      const token = signToken({}, { key, lifetimeSeconds: 60, clock })
      expect(verdictOn(token, { ...eddsa, keys })).toBe('verified')
    }
    const misnamed = signed({ alg: 'EdDSA', kid: ed2.id }, claims, ed)
    expect(verdictOn(misnamed, { ...eddsa, keys })).toBe('bad_signature')
  })

  it.each([
    'unknown',
    '__proto__',
    'constructor',
    'toString',
    '../../../../dev/null',
    "' OR 1=1 --",
    'https://keys.attacker.example/',
    `${ed.id} `,
    ed.id?.toUpperCase(),
    ec.id,
    '',
    'x'.repeat(256),
    null,
    0,
    [ed.id],
    { id: ed.id },
  ])('is one of those that are known, not %j', (kid) => {
    const token = signed({ alg: 'EdDSA', kid }, claims, ed)
    expect(verdictOn(token, { ...eddsa, keys })).toBe('unknown_key')
    expect(verdictOn(token, { ...eddsa, keys: ed })).toBe('unknown_key')
  })

  it('may be left unsaid where there is only one for the algorithm', () => {
    const token = signed({ alg: 'EdDSA' }, claims, ed)
    expect(verdictOn(token, { ...eddsa, keys: ed })).toBe('verified')
    expect(verdictOn(token, { ...eddsa, keys: createJwks([ed, ec]) })).toBe('verified')
    expect(verdictOn(token, { ...eddsa, keys })).toBe('unknown_key')
    expect(verdictOn(token, { ...eddsa, keys: createJwks([]) })).toBe('unknown_key')
  })

  it('does not matter to a key that has no name', () => {
    const token = signed({ alg: 'EdDSA', kid: 'any' }, claims, ed)
    expect(verdictOn(token, { ...eddsa, keys: { ...ed, id: undefined } })).toBe('verified')
  })
})

describe('keys and addresses in a token', () => {
  const address = 'http://127.0.0.1:9/keys.json'
  const theirs = exportJwk(ed2)
  const baits = { jku: address, x5u: address, jwk: theirs, x5c: ['AAAA'], x5t: 'AAAA' }

  it('are no keys, even where they would fit', () => {
    const token = signed({ alg: 'EdDSA', kid: ed.id, ...baits }, claims, ed2)
    expect(verdictOn(token, { keys: ed, algorithms: ['EdDSA'] })).toBe('bad_signature')
    const alone = signed({ alg: 'EdDSA', jwk: theirs }, claims, ed2)
    expect(verdictOn(alone, { keys: createJwks([]), algorithms: ['EdDSA'] })).toBe('unknown_key')
  })

  it('are not looked at, and no address is followed', () => {
    const outgoing = [
      vi.spyOn(net.Socket.prototype, 'connect'),
      vi.spyOn(globalThis, 'fetch'),
      vi.spyOn(dns, 'lookup'),
    ]
    const good = signed({ alg: 'EdDSA', kid: ed.id, ...baits }, claims, ed)
    expect(verdictOn(good, { keys: ed, algorithms: ['EdDSA'] })).toBe('verified')
    for (const spy of outgoing) {
      expect(spy).not.toHaveBeenCalled()
      spy.mockRestore()
    }
  })
})

describe('a signature', () => {
  it.each(algorithms)('of %s is that of the whole text, to the last bit', async (algorithm) => {
    const key = await generateKey(algorithm)
    const token = signToken({ sub: 'ann' }, { key, lifetimeSeconds: 60, clock })
    const expected = { keys: key, algorithms: [algorithm] }
    const [header = '', payload = '', signature = ''] = token.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      const bent = Buffer.from(bytes)
      bent.writeUInt8(bent.readUInt8(at) ^ 1, at)
      const text = `${header}.${payload}.${bent.toString('base64url')}`
      expect(verdictOn(text, expected)).toBe('bad_signature')
    }
    const cut = `${header}.${payload}.${bytes.subarray(1).toString('base64url')}`
    const long = `${header}.${payload}.${Buffer.concat([bytes, bytes]).toString('base64url')}`
    const zero = `${header}.${payload}.${Buffer.alloc(bytes.length).toString('base64url')}`
    const swapped = `${header}.${encode({ ...claims, sub: 'bob' })}.${signature}`
    for (const text of [cut, long, zero, swapped]) {
      expect(verdictOn(text, expected)).toBe('bad_signature')
    }
  })

  it('of ES256 is the two halves, not DER', () => {
    const input = `${encode({ alg: 'ES256' })}.${encode(claims)}`
    const der = sign('sha256', Buffer.from(input), ec.signing as never).toString('base64url')
    expect(verdictOn(`${input}.${der}`, { keys: ec, algorithms: ['ES256'] })).toBe('bad_signature')
  })

  it('of ES256 with zeros for both halves is refused (CVE-2022-21449)', () => {
    const token = `${encode({ alg: 'ES256' })}.${encode(claims)}.${'A'.repeat(86)}`
    expect(verdictOn(token, { keys: ec, algorithms: ['ES256'] })).toBe('bad_signature')
  })

  it('of RSA is of the padding that was chosen', () => {
    const pss = { ...rsa, algorithm: 'PS256' } as const
    const token = signed({ alg: 'PS256' }, claims, pss)
    expect(verdictOn(token, { keys: pss, algorithms: ['PS256'] })).toBe('verified')
    expect(verdictOn(token, { keys: rsa, algorithms: ['RS256', 'PS256'] })).toBe('unknown_key')
    const mislabelled = signed({ alg: 'RS256' }, claims, pss)
    expect(verdictOn(mislabelled, { keys: rsa, algorithms: ['RS256'] })).toBe('bad_signature')
  })
})
