import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { jsonOf, startApp } from '../support/app.ts'
import {
  accessStatus,
  bearing,
  expectDead,
  expectOAuthError,
  partOf,
  postFields,
  refreshed,
  tokensOf,
} from '../support/tokens.ts'

const secret = 'q7Zk3Vw9Xc2Rt5Yb8Nm1Lp4Js6Hd0Gf3a'
const app = await startApp({ resourceServers: [`files:${secret}`, `mail:${secret}b`] })
const ann = await app.registered()
const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` })

describe('POST /revoke', () => {
  it.each([
    'x',
    'rft_x',
    `rft_${'A'.repeat(78)}`,
    'eyJ.eyJ.x',
    '..',
    'ses_x',
    '\u0000',
    'a'.repeat(9000),
  ])('answers 200 to a token that is none: %.20j', async (token) => {
    const answer = await postFields(app, '/revoke', { token })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('asks for a token', async () => {
    for (const fields of ['', 'a=1', 'token=', 'token=a&token=b']) {
      await expectOAuthError(await postFields(app, '/revoke', fields), 400, 'invalid_request')
    }
  })

  it('ends a sign-in by a refresh token that was replaced, and by an access token that expired', async () => {
    const [one, two] = [await tokensOf(app, ann), await tokensOf(app, ann)]
    const next = await refreshed(app, one.refresh)
    app.clock.advance(minutes(16))
    await postFields(app, '/revoke', { token: one.refresh })
    await expectDead(app, one, next)
    await postFields(app, '/revoke', { token: two.access })
    await expectDead(app, two)
  })

  it('ends nothing by a forged one', async () => {
    const { access, refresh: token } = await tokensOf(app, ann)
    const [head, claims] = access.split('.')
    for (const forged of [`${head}.${claims}.AA`, `${head}.${claims}.`, `${token.slice(0, -1)}_`]) {
      if (forged === token) continue
      expect((await postFields(app, '/revoke', { token: forged })).status).toBe(200)
    }
    expect(await accessStatus(app, access)).toBe(200)
  })
})

describe('POST /introspect', () => {
  it.each([
    ['Basic', {}, basic(`files:${secret}`)],
    ['Basic, of another server', {}, basic(`mail:${secret}b`)],
    ['fields', { client_id: 'files', client_secret: secret }, {}],
  ])('tells a resource server all that the token says: by %s', async (_by, fields, headers) => {
    const { access } = await tokensOf(app, ann)
    const answer = await postFields(app, '/introspect', { token: access, ...fields }, headers)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await jsonOf(answer)).toMatchObject({ active: true, ...partOf(access, 1) })
  })

  const strangers: [string, Record<string, string>, Record<string, string>][] = [
    ['nobody', {}, {}],
    ['a wrong secret', {}, basic(`files:${secret}x`)],
    ['a secret of another', {}, basic(`files:${secret}b`)],
    ['an empty secret', {}, basic('files:')],
    ['an unknown name', {}, basic(`folders:${secret}`)],
    ['a name that objects have', {}, basic(`constructor:${secret}`)],
    ['a name in other letters', {}, basic(`Files:${secret}`)],
    ['a broken header', {}, { authorization: 'Basic !' }],
    ['a bearer token', {}, bearing(secret)],
    ['a wrong secret in the fields', { client_id: 'files', client_secret: 'x' }, {}],
    ['a name alone', { client_id: 'files' }, {}],
  ]
  it.each(strangers)('tells nothing to %s', async (_who, fields, headers) => {
    const { access } = await tokensOf(app, ann)
    const answer = await postFields(app, '/introspect', { token: access, ...fields }, headers)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
    await expectOAuthError(answer, 401, 'invalid_client')
  })

  it('asks for a token, and for one way of saying who asks', async () => {
    const headers = basic(`files:${secret}`)
    await expectOAuthError(
      await postFields(app, '/introspect', '', headers),
      400,
      'invalid_request',
    )
    const fields = { token: 'x', client_id: 'files', client_secret: secret }
    const answer = await postFields(app, '/introspect', fields, headers)
    expect([200, 400]).toContain(answer.status)
  })

  it('says no more than that it is not active: of anything else', async () => {
    const other = await startApp({ hashThreads: 1 })
    const theirs = await tokensOf(other, await other.registered())
    const expired = await tokensOf(app, ann)
    app.clock.advance(minutes(15))
    const cookie = await app.cookieOf(ann)
    const { refresh: token } = await tokensOf(app, ann)
    const all = [theirs.access, expired.access, token, cookie.split('=')[1] ?? '']
    for (const one of [...all, await app.bearerOf(ann), 'garbage', '..', ann.email]) {
      const headers = basic(`files:${secret}`)
      const answer = await postFields(app, '/introspect', { token: one }, headers)
      expect([answer.status, await answer.text()]).toEqual([200, '{"active":false}'])
    }
  })

  it('knows nobody where no resource server was configured', async () => {
    const other = await startApp({ dataDir: app.dataDir })
    const answer = await postFields(other, '/introspect', { token: 'x' }, basic(`files:${secret}`))
    await expectOAuthError(answer, 401, 'invalid_client')
  })
})
