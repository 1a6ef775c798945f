import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { asForm, asJson, jsonOf, somebody, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import {
  accessStatus,
  expectOAuthError,
  partOf,
  postFields,
  refreshed,
  tokensIn,
  tokensOf,
} from '../support/tokens.ts'

const secret = 'q7Zk3Vw9Xc2Rt5Yb8Nm1Lp4Js6Hd0Gf3a'
const app = await startApp({ resourceServers: [`files:${secret}`, `mail:${secret}b`] })
const ann = await app.registered()
const grant = { username: ann.email, password: ann.password }
const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` })

describe('POST /token', () => {
  it.each([
    ['grant_type=password', { ...grant, grant_type: 'password' }],
    ['grant_type left out', grant],
    ['grant_type without a value', { ...grant, grant_type: '' }],
    ['parameters that it does not know', { ...grant, scope: '', tenant: 'a' }],
  ])('gives tokens for a password: %s', async (_what, fields) => {
    const answer = await postFields(app, '/token', fields)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await jsonOf(answer.clone())).toMatchObject({ token_type: 'bearer', expires_in: 900 })
    expect(await accessStatus(app, (await tokensIn(answer)).access)).toBe(200)
  })

  it('gives the next tokens for a refresh token', async () => {
    const first = await tokensOf(app, ann)
    const fields = { grant_type: 'refresh_token', refresh_token: first.refresh }
    const next = await tokensIn(await postFields(app, '/token', fields))
    expect(next.refresh).not.toBe(first.refresh)
    expect(partOf(next.access, 1)['sid']).toBe(partOf(first.access, 1)['sid'])
    // One and the same sign-in, whichever door it is refreshed at.
    expect((await refreshed(app, first.refresh)).refresh).toBe(next.refresh)
  })

  it('says the same of an unknown address, a wrong password and a disabled account', async () => {
    const gone = await app.registered()
    await app.setStatus(gone, 'disabled')
    const cases = [
      { username: somebody().email, password: ann.password },
      { username: ann.email, password: 'another one entirely' },
      { username: gone.email, password: gone.password },
      { username: 'no address', password: ann.password },
    ]
    for (const fields of cases) {
      const answer = await postFields(app, '/token', fields)
      expect((await jsonOf(answer.clone()))['error_description']).toBe(
        'Incorrect username or password',
      )
      await expectOAuthError(answer, 400, 'invalid_grant')
    }
  })

  const refused: [string, Record<string, string> | string, string][] = [
    ['a grant that it does not know', { ...grant, grant_type: 'magic' }, 'unsupported_grant_type'],
    ['client_credentials', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['authorization_code', { grant_type: 'authorization_code' }, 'unsupported_grant_type'],
    ['a grant in other letters', { ...grant, grant_type: 'Password' }, 'unsupported_grant_type'],
    ['nothing', '', 'invalid_request'],
    ['no password', { username: ann.email }, 'invalid_request'],
    ['no user name', { password: ann.password }, 'invalid_request'],
    ['an empty password', { ...grant, password: '' }, 'invalid_request'],
    ['an empty refresh token', 'grant_type=refresh_token&refresh_token=', 'invalid_request'],
    ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['garbage', { grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
    ['a parameter twice', `${new URLSearchParams(grant)}&password=x`, 'invalid_request'],
    ['an unknown one twice', `${new URLSearchParams(grant)}&a=1&a=1`, 'invalid_request'],
    ['broken percent-encoding', 'username=%zz&password=%', 'invalid_request'],
  ]
  it.each(refused)('refuses as RFC 6749 says: %s', async (_what, fields, error) => {
    await expectOAuthError(await postFields(app, '/token', fields), 400, error)
  })

  it.each(['/token', '/revoke', '/introspect'])('%s takes nothing but a form', async (path) => {
    const form = new URLSearchParams({ ...grant, token: 'x' }).toString()
    const multipart = `--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nx\r\n--b--\r\n`
    const bodies: [Record<string, string>, string][] = [
      [asJson, JSON.stringify({ ...grant, token: 'x' })],
      [{ 'content-type': 'multipart/form-data; boundary=b' }, multipart],
      [{ 'content-type': 'text/plain' }, form],
      [{ ...asForm, 'content-encoding': 'gzip' }, form],
    ]
    for (const [type, body] of bodies) {
      const headers = { ...type, ...(path === '/introspect' && basic(`files:${secret}`)) }
      const answer = await app.request('POST', path, headers, body)
      await expectOAuthError(answer, 400, 'invalid_request')
    }
  })

  it.each(['/token', '/revoke', '/introspect'])(
    '%s takes nothing from the address',
    async (path) => {
      const fields = new URLSearchParams({ ...grant, token: 'x' }).toString()
      const headers = basic(`files:${secret}`)
      for (const body of [fields, '']) {
        const answer = await postFields(app, `${path}?${fields}`, body, headers)
        await expectOAuthError(answer, 400, 'invalid_request')
      }
    },
  )

  it('knows no client, whatever it calls itself', async () => {
    for (const credentials of [
      'web:secret',
      'web:',
      ':secret',
      `files:${secret}x`,
      'not even a pair',
    ]) {
      const answer = await postFields(app, '/token', grant, basic(credentials))
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
      await expectOAuthError(answer, 401, 'invalid_client')
    }
    const fields = { ...grant, client_id: 'web', client_secret: 'secret' }
    const answer = await postFields(app, '/token', fields)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
    await expectOAuthError(answer, 401, 'invalid_client')
  })

  it('takes no passwords where that is turned off, and still refreshes', async () => {
    const other = await startApp({ dataDir: app.dataDir, passwordGrant: false })
    for (const fields of [grant, { ...grant, grant_type: 'password' }]) {
      await expectOAuthError(
        await postFields(other, '/token', fields),
        400,
        'unsupported_grant_type',
      )
    }
    const fields = {
      grant_type: 'refresh_token',
      refresh_token: (await tokensOf(other, ann)).refresh,
    }
    await tokensIn(await postFields(other, '/token', fields))
    const metadata = await jsonOf(await other.get('/.well-known/oauth-authorization-server'))
    expect(metadata['grant_types_supported']).toEqual(['refresh_token'])
  })

  it('gives nothing by password alone to whoever has a second factor, nor does /login', async () => {
    const careful = await app.registered()
    const headers = { cookie: await app.cookieOf(careful) }
    const { id, secret: typed } = await jsonOf(await app.postJson('/factors/totp', {}, headers))
    const code = codeNow(typed, app.clock.now())
    const confirmed = await app.postJson('/factors/totp/confirm', { id, code }, headers)
    expect(confirmed.status).toBe(200)
    const database = new DatabaseSync(`${app.dataDir}/sallyport.db`)
    const counted = database.prepare(
      'select count(*) as count from sessions where account_id = (select id from accounts where email = ?)',
    )
    const before = counted.get(careful.email)
    const fields = { username: careful.email, password: careful.password }
    const answer = await postFields(app, '/token', fields)
    expect(answer.status).toBe(400)
    expect(await jsonOf(answer)).toEqual({
      error: 'mfa_required',
      error_description: expect.stringContaining('POST /login/factor') as unknown,
      mfa_token: expect.stringMatching(/^pnd_/) as unknown,
      factors: ['totp', 'recovery_code'],
    })
    for (const transport of ['cookie', 'bearer', 'token', 'token-cookie']) {
      const { email, password } = careful
      const login = await app.postJson('/login', { email, password, transport })
      const names = login.headers.getSetCookie().map((line) => line.split('=')[0])
      expect(names, transport).toEqual(transport.includes('cookie') ? ['sallyport_login'] : [])
      expect(await login.text()).not.toMatch(/eyJ[\w-]+\.eyJ|(?:rft|ses|brr)_[\w-]{20}/)
    }
    const page = await app.postForm('/login', { email: careful.email, password: careful.password })
    expect(page.headers.get('location')).toBe('/login/factor')
    expect((await app.auth.login({ ...careful })).kind).toBe('factor_required')
    expect(counted.get(careful.email)).toEqual(before)
    database.close()
  })
})
