import type { KeyObject } from 'node:crypto'
import { createSigner, createVerifier } from 'fast-jwt'
import * as jose from 'jose'
import { describe, expect, it } from 'vitest'
import {
  algorithms,
  createJwks,
  exportJwk,
  exportPem,
  exportPrivateJwk,
  exportPrivatePem,
  generateKey,
  importJwk,
  importJwks,
  importPem,
  importSecret,
  signToken,
  thumbprint,
  verifyToken,
} from '../../src/jwt/index.ts'

const issuer = 'https://id.example.com'
const audience = 'https://api.example.com'
const said = {
  iss: issuer,
  aud: audience,
  sub: 'ann',
  jti: 'one',
  more: { deep: ['ü', 1.5, null] },
}

describe.each(algorithms)('%s', (algorithm) => {
  const party = { algorithms: [algorithm], issuer, audience }

  it('that is signed here is verified by jose', async () => {
    const key = await generateKey(algorithm)
    const token = signToken(said, { key, lifetimeSeconds: 60, type: 'app+jwt' })
    const { payload, protectedHeader } = await jose.jwtVerify(token, key.verifying, {
      ...party,
      typ: 'app+jwt',
      requiredClaims: ['exp', 'iat', 'jti'],
    })
    expect(payload).toMatchObject(said)
    expect(protectedHeader).toEqual({ alg: algorithm, typ: 'app+jwt', kid: key.id })
  })

  it('that is signed by jose is verified here', async () => {
    const key = await generateKey(algorithm)
    const token = await new jose.SignJWT(said)
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: key.id as string })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(key.signing as KeyObject)
    expect(verifyToken(token, { ...party, keys: key })).toMatchObject({
      kind: 'verified',
      claims: said,
    })
  })

  it('that is signed here is verified by fast-jwt, and the other way', async () => {
    const key = await generateKey(algorithm)
    const isSecret = algorithm === 'HS256'
    const secret = key.verifying.export as () => Buffer
    const [open, closed] = isSecret
      ? [secret.call(key.verifying), secret.call(key.verifying)]
      : [exportPem(key), exportPrivatePem(key)]
    const verify = createVerifier({
      key: open,
      algorithms: [algorithm],
      allowedIss: issuer,
      allowedAud: audience,
      cache: false,
    })
    expect(verify(signToken(said, { key, lifetimeSeconds: 60 }))).toMatchObject(said)
    const sign = createSigner({ key: closed, algorithm, expiresIn: 60_000 })
    expect(verifyToken(sign(said), { ...party, keys: key })).toMatchObject({
      kind: 'verified',
      claims: said,
    })
  })

  it('and keys that jose has made and written are taken here', async () => {
    if (algorithm === 'HS256') {
      const bytes = (await jose.generateSecret('HS256', { extractable: true })) as jose.CryptoKey
      const jwk = await jose.exportJWK(bytes)
      const key = importSecret(Buffer.from(jwk.k as string, 'base64url'))
      expect(thumbprint(key)).toBe(await jose.calculateJwkThumbprint(jwk))
      expect(exportPrivateJwk(importJwk({ ...jwk }))).toMatchObject({ k: jwk.k })
      return
    }
    const { publicKey, privateKey } = await jose.generateKeyPair(algorithm, {
      extractable: true,
      modulusLength: 3072,
    })
    const open = await jose.exportJWK(publicKey)
    const closed = await jose.exportJWK(privateKey)
    const key = importJwk({ ...closed }, { algorithm })
    expect(thumbprint(key)).toBe(await jose.calculateJwkThumbprint(open))
    expect(exportJwk(key)).toMatchObject(open)
    expect(exportPrivateJwk(key)).toMatchObject(closed)
    const fromPem = importPem(await jose.exportPKCS8(privateKey), { algorithm })
    expect(exportPem(fromPem).trim()).toBe((await jose.exportSPKI(publicKey)).trim())
  })

  it('and keys that are written here are taken by jose', async () => {
    const key = await generateKey(algorithm)
    const written = exportPrivateJwk(key) as jose.JWK
    expect(await jose.calculateJwkThumbprint(written)).toBe(key.id)
    const token = await new jose.SignJWT({ ...said })
      .setProtectedHeader({ alg: algorithm })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(await jose.importJWK(written, algorithm))
    expect(verifyToken(token, { ...party, keys: key }).kind).toBe('verified')
  })
})

describe('a set of keys', () => {
  it('that is shown here is used by jose, and read again here', async () => {
    const keys = await Promise.all(
      (['EdDSA', 'EdDSA', 'ES256', 'RS256'] as const).map((one) => generateKey(one)),
    )
    const shown = JSON.parse(JSON.stringify(createJwks(keys)))
    const theirs = jose.createLocalJWKSet(shown)
    const ours = importJwks(shown)
    for (const key of keys) {
      const token = signToken(said, { key, lifetimeSeconds: 60 })
      await expect(jose.jwtVerify(token, theirs, { issuer, audience })).resolves.toMatchObject({
        payload: said,
      })
      expect(verifyToken(token, { keys: ours, algorithms, issuer, audience }).kind).toBe('verified')
    }
  })
})
