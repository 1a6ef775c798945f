import { describe, expect, it } from 'vitest'
import { asForm, asJson, cookiesIn, startApp } from '../support/app.ts'

const app = await startApp()
const attacker = await app.registered()
const form = new URLSearchParams({ email: attacker.email, password: attacker.password }).toString()

describe('signing a visitor in as somebody else from another site', () => {
  it.each([
    ['a form of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a form of an old browser', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { origin: 'http://127.0.0.1:9000', 'sec-fetch-site': 'same-site' }],
    ['a page that hides its origin', { 'sec-fetch-site': 'cross-site' }],
  ])('is refused, and no session is made: %s', async (_from, headers) => {
    for (const path of ['/login', '/register']) {
      const response = await app.request('POST', path, { ...asForm, ...headers }, form)
      expect(response.status).toBe(403)
      expect(response.headers.getSetCookie()).toEqual([])
    }
    const json = JSON.stringify(attacker)
    const response = await app.request('POST', '/login', { ...asJson, ...headers }, json)
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('works from our own page', async () => {
    expect(cookiesIn(await app.postForm('/login', form))).toHaveLength(1)
  })

  it('is not possible by an address: credentials in the query do nothing', async () => {
    const response = await app.get(`/login?${form}`)
    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.text()).not.toContain(attacker.email)
    const post = await app.request('POST', `/login?${form}`, asForm, '')
    expect(post.status).toBe(422)
  })
})
