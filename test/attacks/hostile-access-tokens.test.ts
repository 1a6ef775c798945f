import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  sign,
} from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { type App, jsonOf, startApp } from '../support/app.ts'
import { accessStatus, bearing, encoded, partOf, tokensOf } from '../support/tokens.ts'

const app = await startApp()
const ann = await app.registered()
const { access } = await tokensOf(app, ann)
const [head = '', claims = '', signature = ''] = access.split('.')
const [header, payload] = [partOf(access, 0), partOf(access, 1)]
const victim = await tokensOf(app, await app.registered())
const published = (await jsonOf(await app.get('/.well-known/jwks.json')))['keys'][0] as JsonWebKey
const publicKey = createPublicKey({ key: published, format: 'jwk' })
const mine = generateKeyPairSync('ed25519')
const mineAsJwk = mine.publicKey.export({ format: 'jwk' })

// Whatever remembers tokens that were verified remembers this one from now on.
expect(await accessStatus(app, access)).toBe(200)

async function expectNobody(token: string, door: App = app): Promise<void> {
  for (const headers of [bearing(token), { cookie: `access_token=${token}` }]) {
    const answer = await door.get('/me', headers)
    expect(answer.status).toBe(401)
    const challenge = answer.headers.get('www-authenticate')
    expect(challenge).toMatch(/^Bearer (realm="[^"]*", )?error="invalid_token"$/)
    expect(JSON.stringify(await jsonOf(answer))).not.toContain(token.slice(0, 40) || '?')
  }
  expect(await door.auth.authenticate({ headers: bearing(token) })).toBeUndefined()
}

/** Claims that nobody signed, with any signature. */
const made = (changedHead: unknown, changedClaims: unknown = payload, mark = signature) =>
  `${encoded(changedHead)}.${encoded(changedClaims)}.${mark}`

const signedByMe = (changedHead: object, changedClaims: object = payload) => {
  const text = `${encoded(changedHead)}.${encoded(changedClaims)}`
  return `${text}.${sign(null, Buffer.from(text), mine.privateKey).toString('base64url')}`
}

const hmac = (alg: string, key: string | Buffer, more: object = {}) => {
  const text = `${encoded({ ...header, alg, ...more })}.${claims}`
  const hash = createHmac(alg.replace('HS', 'sha'), key).update(text)
  return `${text}.${hash.digest('base64url')}`
}

describe('an access token whose algorithm was changed (CVE-2015-9235)', () => {
  it.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    'RS256',
    'ES256',
    'PS256',
    'HS512',
    'Ed448',
    'ES256K',
    'dir',
    null,
    0,
    ['EdDSA'],
    { alg: 'EdDSA' },
  ])('is nobody’s: %j', async (alg) => {
    for (const mark of ['', signature, 'AA'])
      await expectNobody(made({ ...header, alg }, payload, mark))
    const { kid: _, ...noKey } = header
    await expectNobody(made({ ...noKey, alg }, payload, ''))
  })

  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const spellings: [string, string | Buffer][] = [
    ['PEM', pem],
    ['PEM without its last line break', pem.trimEnd()],
    ['PEM with CR LF', pem.replaceAll('\n', '\r\n')],
    ['DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['JWK', JSON.stringify(published)],
    ['x as text', `${published.x}`],
    ['x as bytes', Buffer.from(`${published.x}`, 'base64url')],
    ['kid', `${header['kid']}`],
    ['an empty key', ''],
    ['one zero', Buffer.alloc(1)],
  ]
  it.each(spellings)(
    'is nobody’s, signed with the published key as a secret: %s',
    async (_, key) => {
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        await expectNobody(hmac(alg, key))
        await expectNobody(hmac(alg, key, { kid: '../../../../dev/null' }))
      }
    },
  )
})

describe('an access token that brings or names a key of its own', () => {
  const strange: [string, object][] = [
    ['another typ', { typ: 'JWT' }],
    ['no typ', { typ: undefined }],
    ['jwk', { jwk: mineAsJwk }],
    ['jwk, and its thumbprint for kid', { jwk: mineAsJwk, kid: 'mine' }],
    ['jku', { jku: 'http://127.0.0.1:1/jwks.json' }],
    ['x5u', { x5u: 'http://127.0.0.1:1/cert.pem' }],
    ['x5c', { x5c: [Buffer.from('certificate').toString('base64')] }],
    ['crit', { crit: ['exp'], exp: 1 }],
    ['b64', { crit: ['b64'], b64: false }],
    ['zip', { zip: 'DEF' }],
    ['enc', { enc: 'A256GCM', alg: 'dir' }],
    ...[
      '',
      '../../dev/null',
      '/dev/null',
      '0',
      "x' or '1'='1",
      '__proto__',
      'constructor',
      'toString',
      '\u0000',
      0,
      null,
      { toString: 'a' },
    ].map((kid): [string, object] => [`kid ${JSON.stringify(kid)}`, { kid }]),
    ['the right kid in a list', { kid: [header['kid']] }],
    ['the right kid and a NUL', { kid: `${header['kid']}\u0000` }],
    ['the right kid behind a blank', { kid: ` ${header['kid']}` }],
    ['a kid of 4000 letters', { kid: 'a'.repeat(4000) }],
  ]
  it.each(strange)('is nobody’s: %s', async (_what, more) => {
    await expectNobody(signedByMe({ ...header, ...more }))
    await expectNobody(made({ ...header, ...more }))
  })

  it('is nobody’s with another key’s signature, without kid and with the right one', async () => {
    const { kid: _, ...rest } = header
    await expectNobody(signedByMe(header))
    await expectNobody(signedByMe(rest))
    await expectNobody(made(rest))
  })
})

describe('an access token that was edited', () => {
  const later = (payload['exp'] as number) + 86_400
  const edits: [string, object][] = [
    ['somebody else’s account', { sub: partOf(victim.access, 1)['sub'] }],
    ['somebody else’s session', { sid: partOf(victim.access, 1)['sid'] }],
    ['all of somebody else', partOf(victim.access, 1)],
    ['a later end', { exp: later }],
    ['no end', { exp: undefined }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'https://evil.example' }],
    ['a role', { scope: 'admin', roles: ['admin'] }],
  ]
  it.each(edits)('is nobody’s: %s', async (_what, edit) => {
    await expectNobody(made(header, { ...payload, ...edit }))
  })

  it('is nobody’s with the signature of another one', async () => {
    const [, , other] = victim.access.split('.')
    await expectNobody(`${head}.${claims}.${other}`)
  })

  const [r, rest] = [signature.slice(0, 43), signature.slice(43)]
  it.each([
    ['no signature', `${head}.${claims}.`],
    ['no third part', `${head}.${claims}`],
    ['a fourth part', `${access}.`],
    ['five parts', `${access}.a.b`],
    ['an empty head', `.${claims}.${signature}`],
    ['two dots', '..'],
    ['three dots', '...'],
    ['an empty object thrice', 'e30.e30.e30'],
    ['half a signature', `${head}.${claims}.${r}`],
    ['its halves turned round', `${head}.${claims}.${rest}${r}`],
    ['a padded signature', `${access}==`],
    ['a signature that is not in its shortest form', `${access.slice(0, -1)}${nextTo(access)}`],
    ['a head that is no JSON', `${encoded('{')}.${claims}.${signature}`],
    ['a head that is a list', `${encoded([])}.${claims}.${signature}`],
    ['claims that are null', `${head}.${encoded('null')}.${signature}`],
    [
      'claims that are no UTF-8',
      `${head}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${signature}`,
    ],
    [
      'alg twice',
      `${encoded(`{"alg":"none",${JSON.stringify(header).slice(1)}`)}.${claims}.${signature}`,
    ],
    [
      'sub twice',
      `${head}.${encoded(`{"sub":"x",${JSON.stringify(payload).slice(1)}`)}.${signature}`,
    ],
    [
      '__proto__ in the head',
      `${encoded(`{"__proto__":{"alg":"none"},"typ":"at+jwt"}`)}.${claims}.`,
    ],
    ['deep nesting', `${encoded('['.repeat(5000))}.${claims}.${signature}`],
    ['a JSON serialisation', JSON.stringify({ protected: head, payload: claims, signature })],
  ])('is nobody’s: %s', async (_what, token) => {
    await expectNobody(token)
  })

  it.each([9 * 1024, 16 * 1024 + 1, 200 * 1024])('is nobody’s with %i bytes', async (length) => {
    const filled = `${head}.${encoded({ ...payload, fill: 'x'.repeat(length) })}.${signature}`
    await expectNobody(filled)
    await expectNobody(`${access}${'A'.repeat(length)}`)
    await expectNobody('.'.repeat(length))
  })
})

describe('an honest access token', () => {
  it('is somebody’s, or these tests could not fail', async () => {
    expect(await accessStatus(app, access)).toBe(200)
    expect(await app.meStatus({ cookie: `access_token=${access}` })).toBe(200)
  })

  it('of another server is nobody’s, also at the same address', async () => {
    const other = await startApp({ hashThreads: 1 })
    const { access: theirs } = await tokensOf(other, await other.registered())
    expect(partOf(theirs, 1)['iss']).toBe(payload['iss'])
    await expectNobody(theirs)
  })

  it.each<[string, AuthOptions]>([
    ['another audience', { tokenAudience: 'https://api.mail.test.example' }],
    ['another issuer', { url: 'https://id.mail.test.example', tokenAudience: app.origin }],
    ['another issuer and audience', { url: 'https://id.mail.test.example' }],
  ])('signed with our key, and of our session, is nobody’s for %s', async (_what, options) => {
    const other = await startApp({ ...options, dataDir: app.dataDir })
    const { access: theirs } = await tokensOf(other, ann)
    expect(partOf(theirs, 0)['kid']).toBe(header['kid'])
    expect(await accessStatus(other, theirs)).toBe(200)
    await expectNobody(theirs)
  })

  it('is good to the end of its last second, and not a second longer', async () => {
    const late = await startApp({ dataDir: app.dataDir })
    expect(await accessStatus(late, access)).toBe(200)
    late.clock.advance(minutes(15) - 1)
    expect(await accessStatus(late, access)).toBe(200)
    late.clock.advance(seconds(1) + 1)
    await expectNobody(access, late)
  })
})

/** Another letter that differs only in bits that are thrown away. */
function nextTo(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters[letters.indexOf(token.at(-1) ?? '') ^ 1] ?? ''
}
