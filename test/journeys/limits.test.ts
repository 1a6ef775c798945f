import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { asForm, jsonOf, somebody, startApp } from '../support/app.ts'
import { ParsedMetrics } from '../support/metrics.ts'
import {
  attempt,
  cheapHashes,
  countsOf,
  seenFrom,
  trailOf,
  wrongPassword,
} from '../support/places.ts'
import { rateLimitsOf } from '../support/rate-limit.ts'

const home = '192.0.2.1'

/** So many wrong passwords, so long after one another; each for another account, unless one is named. */
async function fail(
  app: Awaited<ReturnType<typeof startApp>>,
  count: number,
  { email, pause = 0 }: { readonly email?: string; readonly pause?: number } = {},
): Promise<number[]> {
  const statuses: number[] = []
  for (let at = 0; at < count; at += 1) {
    app.clock.advance(pause)
    const address = email ?? `nobody${at}@mail.test.example`
    statuses.push((await attempt(app, home, { email: address })).status)
  }
  return statuses
}

describe('signing in from one network', () => {
  it('fails five times in a minute and no more: the sixth is told how long to wait', async () => {
    const app = await startApp({ ...cheapHashes, limits: '' })
    const ann = somebody()
    await seenFrom(app, home).postJson('/register', ann)
    expect(countsOf(await fail(app, 5))).toEqual({ 401: 5 })
    app.clock.advance(seconds(20))
    const sixth = await attempt(app, home, ann)
    expect(sixth.status).toBe(429)
    expect(sixth.headers.get('retry-after')).toBe('40')
    expect(sixth.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await jsonOf(sixth)).toMatchObject({
      type: 'urn:sallyport:problem:rate_limited',
      code: 'rate_limited',
      detail: 'Too many login attempts. Please try again later.',
      limit: 'Rate limit exceeded: 5 per 1 minute',
      retry_after: 40,
    })
    expect((await attempt(app, '192.0.2.2', ann)).status).toBe(200)
    app.clock.advance(seconds(40) - 1)
    expect((await attempt(app, home, ann)).status).toBe(429)
    app.clock.advance(1)
    expect((await attempt(app, home, ann)).status).toBe(200)
  })

  it('succeeds as often as there are people: what is right costs nothing', async () => {
    const app = await startApp({ ...cheapHashes, limits: 'registration=off' })
    const people = [await app.registered(), await app.registered(), await app.registered()]
    for (let at = 0; at < 30; at += 1) {
      const { email, password } = people[at % 3] as (typeof people)[0]
      const answer = await attempt(app, home, { email, password })
      expect(answer.status).toBe(200)
      expect(rateLimitsOf(answer)).toMatchObject([{ policy: 'sign_in', remaining: 5 }])
    }
    expect(countsOf(await fail(app, 6))).toEqual({ 401: 5, 429: 1 })
  })

  it('says with each answer what is left, in fields that can be parsed', async () => {
    const app = await startApp({ ...cheapHashes, limits: '' })
    const [policy, quota, window] = ['sign_in', 5, 60]
    for (let remaining = 4; remaining >= 0; remaining -= 1) {
      const answer = await attempt(app, home, { email: 'nobody@mail.test.example' })
      const reset = 60
      expect(rateLimitsOf(answer)).toEqual([{ policy, quota, window, remaining, reset }])
    }
    app.clock.advance(seconds(18))
    const refused = await attempt(app, home, { email: 'nobody@mail.test.example' })
    expect(rateLimitsOf(refused)).toEqual([{ policy, quota, window, remaining: 0, reset: 42 }])
    expect(refused.headers.get('retry-after')).toBe('42')
    expect(rateLimitsOf(await seenFrom(app, home).get('/login'))).toEqual([])
  })

  it('gives people their form back, with what they had typed and when to come again', async () => {
    const app = await startApp({ ...cheapHashes, limits: '' })
    await fail(app, 5)
    app.clock.advance(seconds(15))
    const headers = { ...asForm, accept: 'text/html', origin: app.origin }
    const fields = { email: 'ann+typed@mail.test.example', password: 'violet harbour lantern' }
    const form = new URLSearchParams(fields).toString()
    const answer = await seenFrom(app, home).request('POST', '/login', headers, form)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '45'])
    const page = await answer.text()
    expect(page).toContain(
      'Too many attempts to sign in from your network. Please try again in 45 seconds.',
    )
    expect(page).toContain('value="ann+typed@mail.test.example"')
    expect(page).not.toContain(fields.password)
    app.clock.advance(minutes(1))
    await fail(app, 4, { email: fields.email, pause: seconds(20) })
    await fail(app, 1, { email: fields.email, pause: minutes(1) })
    const again = await seenFrom(app, home).request('POST', '/login', headers, form)
    expect(await again.text()).toContain(
      'Too many attempts to sign in to this account. Please try again in 13 minutes.',
    )
  })

  it('is told in the words of OAuth at the token endpoint', async () => {
    const app = await startApp({ ...cheapHashes, limits: '' })
    const username = 'nobody@mail.test.example'
    const fields = new URLSearchParams({ username, password: wrongPassword }).toString()
    const ask = () => seenFrom(app, home).request('POST', '/token', asForm, fields)
    for (let at = 0; at < 5; at += 1) expect((await ask()).status).toBe(400)
    const refused = await ask()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    expect(await jsonOf(refused)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Too many login attempts. Please try again later.',
    })
    // And the same budget is spent at the other door.
    expect(countsOf(await fail(app, 2))).toEqual({ 429: 2 })
  })
})

describe('signing in to one account', () => {
  it('fails five times in fifteen minutes; then the right password is not looked at either', async () => {
    const app = await startApp({ ...cheapHashes, limits: 'registration=off' })
    const ann = await app.registered()
    expect(countsOf(await fail(app, 5, { ...ann, pause: minutes(2) }))).toEqual({ 401: 5 })
    const refused = await attempt(app, home, ann)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, `${7 * 60}`])
    expect((await jsonOf(refused))['detail']).toBe(
      'Too many login attempts. Please try again later.',
    )
    // What is of the account is not of the network: its own attempts are what they were.
    expect(rateLimitsOf(refused)).toMatchObject([{ policy: 'sign_in', remaining: 3 }])
    app.clock.advance(minutes(7))
    expect((await attempt(app, home, ann)).status).toBe(200)
  })

  it('begins anew with a success', async () => {
    const app = await startApp({ ...cheapHashes, limits: 'registration=off' })
    const ann = await app.registered()
    for (let round = 0; round < 4; round += 1) {
      expect(countsOf(await fail(app, 4, { ...ann, pause: seconds(20) }))).toEqual({ 401: 4 })
      expect((await attempt(app, home, ann)).status).toBe(200)
    }
  })
})

describe('limits that were reached', () => {
  it('are written in the audit trail once, and counted each time', async () => {
    const app = await startApp({ ...cheapHashes, limits: '' })
    await fail(app, 9)
    app.clock.advance(minutes(1))
    await fail(app, 7, { email: 'nobody@mail.test.example', pause: seconds(13) })
    const reached = trailOf(app).filter(({ type }) => type === 'limit.reached')
    expect(reached.map(({ actor, client, details }) => [actor, client.address, details])).toEqual([
      ['stranger', home, { budget: 'sign_in', wait_seconds: 60 }],
      ['stranger', home, { budget: 'password', wait_seconds: 15 * 60 - 5 * 13 }],
    ])
    const metrics = new ParsedMetrics(await app.auth.metrics())
    const hits = (budget: string) => metrics.value('sallyport_limit_hits_total', { budget })
    expect([hits('sign_in'), hits('password')]).toEqual([4, 2])
  })

  it('are written and counted once where a request reaches one on its way to another', async () => {
    const app = await startApp({ ...cheapHashes, limits: '' })
    const username = 'nobody@mail.test.example'
    const fields = new URLSearchParams({ username, password: wrongPassword }).toString()
    for (let at = 0; at < 7; at += 1) {
      await seenFrom(app, home).request('POST', '/token', asForm, fields)
    }
    expect(trailOf(app).filter(({ type }) => type === 'limit.reached')).toHaveLength(1)
    const metrics = new ParsedMetrics(await app.auth.metrics())
    expect(metrics.total('sallyport_limit_hits_total')).toBe(2)
  })
})
