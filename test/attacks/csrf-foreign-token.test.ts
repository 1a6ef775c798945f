import { describe, expect, it } from 'vitest'
import { altered } from '../support/altered.ts'
import { startApp } from '../support/app.ts'

const app = await startApp()
const cookie = await app.cookieOf(await app.registered())
const token = await app.formTokenOf(cookie)
const [salt = '', mac = ''] = token.split('.')

describe('the token of a form', () => {
  const foreign = async () => app.formTokenOf(await app.cookieOf(await app.registered()))

  it.each([
    ['missing', () => undefined],
    ['empty', () => ''],
    ['somebody else’s', foreign],
    ['altered in the last character', () => altered(token, -1)],
    ['altered in the salt', () => altered(token, 0)],
    ['without its salt', () => `.${mac}`],
    ['without its proof', () => `${salt}.`],
    ['the salt alone', () => salt],
    ['with something behind', () => `${token}.x`],
    ['in upper case', () => token.toUpperCase()],
    ['with a blank behind', () => `${token} `],
    ['padded', () => `${token}=`],
    ['the session cookie itself', () => cookie.split('=')[1]],
    ['an object', () => '{}'],
  ])('lets nothing happen when it is %s', async (_how, make) => {
    const csrf_token = await make()
    const fields: Record<string, string> = csrf_token === undefined ? {} : { csrf_token }
    const response = await app.postForm('/logout', fields, { cookie })
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
    // A header loses its outer blanks on the way: those of a field count.
    if (csrf_token && csrf_token.trim() === csrf_token) {
      const headers = { cookie, 'x-csrf-token': csrf_token }
      expect((await app.postForm('/logout', {}, headers)).status).toBe(403)
    }
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it('of an earlier session of the same person is refused too', async () => {
    const ann = await app.registered()
    const first = await app.cookieOf(ann)
    const csrf_token = await app.formTokenOf(first)
    const second = await app.cookieOf(ann, { cookie: first })
    expect((await app.postForm('/logout', { csrf_token }, { cookie: second })).status).toBe(403)
    expect(await app.meStatus({ cookie: second })).toBe(200)
  })

  it('in the query is not looked at', async () => {
    const response = await app.postForm(`/logout?csrf_token=${token}`, {}, { cookie })
    expect(response.status).toBe(403)
  })

  it('is another one each time the page is drawn, and each of them works', async () => {
    const mine = await app.cookieOf(await app.registered())
    const tokens = [await app.formTokenOf(mine), await app.formTokenOf(mine)]
    expect(tokens[0]).not.toBe(tokens[1])
    const response = await app.postForm(
      '/logout',
      { csrf_token: tokens[0] ?? '' },
      { cookie: mine },
    )
    expect(response.status).toBe(303)
  })

  it('works as the header X-CSRF-Token', async () => {
    const mine = await app.cookieOf(await app.registered())
    const headers = { cookie: mine, 'x-csrf-token': await app.formTokenOf(mine) }
    expect((await app.postForm('/logout', {}, headers)).status).toBe(303)
    expect(await app.meStatus({ cookie: mine })).toBe(401)
  })

  it('tells nothing of the session: neither its token nor its id stand on the page', async () => {
    const page = await (await app.get('/dashboard', { cookie })).text()
    expect(page).not.toContain(cookie.split('=')[1])
    const apartFromTokens = page.replaceAll(/[\w-]{22}\.[\w-]{43}/g, '')
    expect(apartFromTokens).not.toMatch(/\b(sn|ses|brr|acc)_[\w-]{10}/)
  })
})
