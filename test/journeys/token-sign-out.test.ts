import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { cookieIn, cookiesIn, startApp } from '../support/app.ts'
import { accessStatus, expectDead, tokensIn, tokensOf } from '../support/tokens.ts'

const app = await startApp()
const ann = await app.registered()
const { email, password } = ann

/** What a browser keeps of a sign-in: the one cookie for every address, the other for /refresh alone. */
async function cookies(headers = {}) {
  const answer = await app.postJson(
    '/login',
    { email, password, transport: 'token-cookie' },
    headers,
  )
  expect(answer.status).toBe(200)
  const [access = '', refresh = ''] = cookiesIn(answer).map((line) => line.split(';')[0] ?? '')
  return { access, refresh, answer }
}

const taken = [
  'access_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
  'refresh_token=; Max-Age=0; Path=/refresh; HttpOnly; SameSite=Strict',
]

describe('a page that signs out', () => {
  it('by its refresh token ends the sign-in, also long after its access token has expired', async () => {
    const { access, refresh } = await cookies()
    app.clock.advance(minutes(20))
    expect(await app.meStatus({ cookie: access })).toBe(401)
    for (const again of [1, 2]) {
      const answer = await app.request('DELETE', '/refresh', { cookie: refresh })
      expect([again, answer.status]).toEqual([again, 200])
      expect(answer.headers.getSetCookie()).toEqual(taken)
    }
    expect((await app.postJson('/refresh', {}, { cookie: refresh })).status).toBe(401)
  })

  it('ends nothing where another site asks for it, or nobody is known', async () => {
    const { access, refresh } = await cookies()
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const refused = await app.request('DELETE', '/refresh', { cookie: refresh, ...foreign })
    expect(refused.status).toBe(403)
    expect((await app.request('DELETE', '/refresh')).status).toBe(200)
    expect(await app.meStatus({ cookie: access })).toBe(200)
  })
})

describe('a program that signs out', () => {
  it('by its refresh token in the body does so as by POST /revoke', async () => {
    const tokens = await tokensOf(app, ann)
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ refresh_token: tokens.refresh })
    expect((await app.request('DELETE', '/refresh', headers, body)).status).toBe(200)
    await expectDead(app, tokens)
  })
})

describe('a refresh', () => {
  it('takes JSON or nothing: a form could be sent by somebody else’s page', async () => {
    const { access, refresh } = await cookies()
    const answer = await app.postForm('/refresh', 'a=1', { cookie: refresh })
    expect(answer.status).toBe(415)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await app.meStatus({ cookie: access })).toBe(200)
  })
})

describe('a sign-in in place of another kind', () => {
  it('ends the session that its cookie spoke for, and takes that cookie', async () => {
    const session = await app.cookieOf(ann)
    const { access, answer } = await cookies({ cookie: session })
    expect(answer.headers.getSetCookie()).toContain(
      'sallyport=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    )
    expect(await app.meStatus({ cookie: session })).toBe(401)

    const back = await app.postJson('/login', { email, password }, { cookie: access })
    expect(cookiesIn(back).slice(1)).toEqual(taken)
    expect(await app.meStatus({ cookie: access })).toBe(401)
    const [own = ''] = cookiesIn(back)
    expect(await app.meStatus({ cookie: own.split(';')[0] ?? '' })).toBe(200)
  })

  it('with a token in the header ends what that token spoke for', async () => {
    const tokens = await tokensOf(app, ann)
    const headers = { authorization: `Bearer ${tokens.access}` }
    const next = await app.postJson('/login', { email, password }, headers)
    expect(await app.meStatus({ cookie: cookieIn(next) })).toBe(200)
    expect(await accessStatus(app, tokens.access)).toBe(401)
    const body = { email, password, transport: 'token' }
    const last = await app.postJson('/login', body, { cookie: cookieIn(next) })
    await tokensIn(last)
    expect(await app.meStatus({ cookie: cookieIn(next) })).toBe(401)
  })
})
