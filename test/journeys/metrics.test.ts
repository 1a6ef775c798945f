import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Answers } from '../../src/http/answers.ts'
import { createManagementApp } from '../../src/http/management.ts'
import { routes } from '../../src/http/routes.ts'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import { figures } from '../../src/metrics/figures.ts'
import { type App, startApp } from '../support/app.ts'
import { type Labels, ParsedMetrics } from '../support/metrics.ts'

const requests = 'sallyport_http_request_duration_seconds'

/** Processes have workers; an engine by itself has none. */
const ofTheCrew = ['sallyport_workers', 'sallyport_workers_replaced_total']

/** What a collector gets. */
async function collected(app: App): Promise<ParsedMetrics> {
  const management = createManagementApp({
    answers: new Answers(false),
    random: systemRandom,
    isReady: () => app.auth.ready(),
    metrics: () => app.auth.metrics(),
  })
  const response = await management(new Request('http://127.0.0.1:9000/metrics'))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return new ParsedMetrics(await response.text())
}

async function requestsOf(app: App, labels: Labels): Promise<number> {
  return (await collected(app)).value(`${requests}_count`, labels) ?? 0
}

describe('what a collector reads', () => {
  it('names every figure once, with its type, and all that can be counted from the start', async () => {
    const { families } = await collected(await startApp())
    const expected = Object.values(figures).filter(({ name }) => !ofTheCrew.includes(name))
    expect([...families.keys()].sort()).toEqual(expected.map(({ name }) => name).sort())
    for (const { name, type } of expected) {
      const family = families.get(name)
      expect(family?.type).toBe(type)
      if (name !== requests) expect(family?.samples.length, name).toBeGreaterThan(0)
    }
  })

  it('counts requests by route, and those that no route answers without one', async () => {
    const app = await startApp()
    const cookie = await app.cookieOf(await app.registered())
    for (let at = 0; at < 3; at++) expect(await app.meStatus({ cookie })).toBe(200)
    expect(await app.meStatus({})).toBe(401)
    expect((await app.request('HEAD', '/me', { cookie })).status).toBe(200)
    expect((await app.request('PUT', '/me')).status).toBe(405)
    expect((await app.get('/nowhere')).status).toBe(404)

    const of = (method: string, route: string, status: string) =>
      requestsOf(app, { method, route, status })
    expect(await of('GET', '/me', '200')).toBe(4)
    expect(await of('GET', '/me', '401')).toBe(1)
    expect(await of('POST', '/register', '201')).toBe(1)
    expect(await of('PUT', '(none)', '405')).toBe(1)
    expect(await of('GET', '(none)', '404')).toBe(1)
    const metrics = await collected(app)
    expect(metrics.total(`${requests}_count`)).toBe(
      app.lines.filter((line) => JSON.parse(line).message === 'request').length,
    )
    expect(metrics.total(`${requests}_sum`)).toBeGreaterThan(0)
  })

  it('counts what an adapter found wrong before it was a request', async () => {
    const app = await startApp()
    const faulty = await app.auth.fetch(new Request(`${app.origin}/me`), { fault: 'bad_request' })
    expect(faulty.status).toBe(400)
    expect(await requestsOf(app, { method: 'GET', route: '(none)', status: '400' })).toBe(1)
  })

  it('holds nothing that a client has written, and no more series than there are routes', async () => {
    const app = await startApp()
    const mark = 'zq7'
    const texts = [`${mark}"} 1`, `${mark}\\`, `${mark}%0a# TYPE x counter`, mark.repeat(500)]
    for (const text of texts.flatMap((one) => [one, encodeURIComponent(one)])) {
      await app.get(`/${text}`)
      await app.get(`/me/${text}?${text}=${text}`)
      await app.request('DELETE', `/sessions/${text}`, { 'user-agent': mark, cookie: mark })
      await app.postJson('/login', { email: `${mark}@mail.test.example`, password: mark })
    }
    for (const method of [mark, 'PROPFIND', '|', "'", '~'.repeat(200)]) {
      await app.request(method, '/me')
      await app.request(method, '/')
    }
    const metrics = await collected(app)
    expect(JSON.stringify(metrics.samples)).not.toContain(mark)
    const labels = metrics.samples
      .filter(({ name }) => name.startsWith(requests))
      .map((sample) => sample.labels)
    const known = new Set([...routes.map(({ path }) => path), '(none)'])
    expect(labels.filter(({ route = '' }) => !known.has(route))).toEqual([])
    expect(new Set(labels.map(({ method }) => method))).toEqual(
      new Set(['GET', 'POST', 'DELETE', '(other)']),
    )
    expect(await requestsOf(app, { method: '(other)', route: '(none)', status: '405' })).toBe(10)
  })
})

describe('what is known of sessions and passwords', () => {
  it('tells which session checks memory answered', async () => {
    const app = await startApp()
    const cookie = await app.cookieOf(await app.registered())
    await app.meStatus({ cookie })
    const before = await collected(app)
    for (let at = 0; at < 5; at++) await app.meStatus({ cookie })
    const after = await collected(app)
    const grown = (name: string) => after.total(name) - before.total(name)
    expect(grown('sallyport_session_cache_hits_total')).toBe(5)
    expect(grown('sallyport_session_cache_misses_total')).toBe(0)
    expect(before.total('sallyport_session_cache_misses_total')).toBeGreaterThan(0)
  })

  it('counts hashes, how long they waited and how long they took', async () => {
    const app = await startApp({ hashThreads: 1 })
    const person = await app.registered()
    await Promise.all(Array.from({ length: 4 }, () => app.cookieOf(person)))
    const metrics = await collected(app)
    expect(metrics.value('sallyport_hash_wait_seconds_count')).toBe(5)
    expect(metrics.value('sallyport_hash_duration_seconds_count')).toBe(5)
    // Two are at work at a time, the others waited for them.
    expect(metrics.value('sallyport_hash_wait_seconds_sum')).toBeGreaterThan(0.001)
    expect(metrics.value('sallyport_hash_duration_seconds_sum')).toBeGreaterThan(0.01)
  })

  it('counts the sessions that have not expired, once a minute', async () => {
    const app = await startApp({ sessionIdle: '5m' })
    const active = async () => (await collected(app)).value('sallyport_sessions_active')
    const person = await app.registered()
    await app.cookieOf(person)
    expect(await active()).toBe(1)
    await app.cookieOf(person)
    expect(await active()).toBe(1)
    app.clock.advance(seconds(60))
    expect(await active()).toBe(2)
    app.clock.advance(minutes(5))
    expect(await active()).toBe(0)
  })

  it('says of sessions elsewhere not how many there are', async () => {
    const app = await startApp({ sessionStore: 'memory' })
    await app.cookieOf(await app.registered())
    expect((await collected(app)).families.has('sallyport_sessions_active')).toBe(false)
  })

  it('counts the requests that fail for want of a store, by store', async () => {
    const app = await startApp({ sessionStore: 'filesystem' })
    const cookie = await app.cookieOf(await app.registered())
    rmSync(`${app.dataDir}/sessions`, { recursive: true })
    expect(await app.meStatus({ cookie })).toBe(503)
    expect(await app.meStatus({ cookie })).toBe(503)
    const metrics = await collected(app)
    expect(metrics.value('sallyport_store_errors_total', { store: 'filesystem' })).toBe(2)
    expect(metrics.total('sallyport_store_errors_total')).toBe(2)
  })
})

it('keeps the figures of several engines in one process apart', async () => {
  const [one, other] = [await startApp(), await startApp()]
  await one.registered()
  const registered = { method: 'POST', route: '/register', status: '201' }
  expect(await requestsOf(one, registered)).toBe(1)
  expect(await requestsOf(other, registered)).toBe(0)
})
