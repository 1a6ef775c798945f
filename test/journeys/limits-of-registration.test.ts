import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, asForm, jsonOf, somebody, startApp } from '../support/app.ts'
import { cheapHashes, countsOf, seenFrom } from '../support/places.ts'
import { rateLimitsOf } from '../support/rate-limit.ts'

const home = '192.0.2.1'

async function asked(limits = ''): Promise<{ app: App; there: App }> {
  const app = await startApp({ ...cheapHashes, limits })
  return { app, there: seenFrom(app, home) }
}

async function statuses(count: number, ask: () => Promise<Response>): Promise<number[]> {
  const all: number[] = []
  for (let at = 0; at < count; at += 1) all.push((await ask()).status)
  return all
}

describe('registering from one network', () => {
  it('makes three accounts in an hour, and the fourth is told to wait', async () => {
    const { app, there } = await asked()
    expect(await statuses(3, () => there.postJson('/register', somebody()))).toEqual([
      201, 201, 201,
    ])
    app.clock.advance(minutes(10))
    const fourth = await there.postJson('/register', somebody())
    expect([fourth.status, fourth.headers.get('retry-after')]).toEqual([429, `${50 * 60}`])
    expect(await jsonOf(fourth)).toMatchObject({
      code: 'rate_limited',
      detail: 'Rate limit exceeded: 3 per 1 hour',
      limit: 'Rate limit exceeded: 3 per 1 hour',
      retry_after: 50 * 60,
    })
    expect((await seenFrom(app, '192.0.2.2').postJson('/register', somebody())).status).toBe(201)
    app.clock.advance(minutes(50))
    expect((await there.postJson('/register', somebody())).status).toBe(201)
  })

  it('counts the address that is taken: whoever asks for many learns of three', async () => {
    const { there } = await asked()
    const ann = somebody()
    const answers = await statuses(5, () => there.postJson('/register', ann))
    expect(answers).toEqual([201, 400, 400, 429, 429])
  })

  it('lets people mistake themselves twenty times, and they still may register three', async () => {
    const { there } = await asked()
    const mistake = { ...somebody(), password: 'short' }
    expect(countsOf(await statuses(20, () => there.postJson('/register', mistake)))).toEqual({
      422: 20,
    })
    expect((await there.postJson('/register', mistake)).status).toBe(429)

    const { there: elsewhere } = await asked()
    await statuses(19, () => elsewhere.postJson('/register', mistake))
    const answers = await statuses(4, () => elsewhere.postJson('/register', somebody()))
    expect(answers).toEqual([201, 201, 201, 429])
  })

  it('says with each answer what is left of both', async () => {
    const { there } = await asked()
    const leftOf = async (person: object) =>
      rateLimitsOf(await there.postJson('/register', person)).map(
        ({ policy, quota, remaining }) => [policy, quota, remaining] as const,
      )
    expect(await leftOf({ ...somebody(), password: 'short' })).toEqual([
      ['registration', 3, 3],
      ['registration_mistakes', 20, 19],
    ])
    expect(await leftOf(somebody())).toEqual([
      ['registration', 3, 2],
      ['registration_mistakes', 20, 19],
    ])
  })

  it('gives people their form back, with what they had typed and when to come again', async () => {
    const { there, app } = await asked()
    await statuses(3, () => there.postJson('/register', somebody()))
    app.clock.advance(minutes(20))
    const { email, full_name, password } = somebody({ full_name: 'Zoë Łuczak' })
    const form = new URLSearchParams({ email, full_name, password }).toString()
    const headers = { ...asForm, accept: 'text/html', origin: app.origin }
    const answer = await there.request('POST', '/register', headers, form)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, `${40 * 60}`])
    const page = await answer.text()
    expect(page).toContain(
      'Several accounts have been created from your network lately. Please try again in 40 minutes.',
    )
    expect(page).toContain(`value="${email}"`)
    expect(page).toContain('value="Zoë Łuczak"')
    expect(page).not.toContain(password)
  })

  it('is not limited where that is turned off, nor otherwise than is set', async () => {
    const { there } = await asked('registration=off')
    const made = await statuses(6, () => there.postJson('/register', somebody()))
    expect(countsOf(made)).toEqual({ 201: 6 })
    const answer = await there.postJson('/register', { ...somebody(), password: 'short' })
    expect(rateLimitsOf(answer).map(({ policy }) => policy)).toEqual(['registration_mistakes'])

    const { app, there: set } = await asked('registration=1/2m, registration_mistakes=off')
    expect((await set.postJson('/register', somebody())).status).toBe(201)
    const second = await set.postJson('/register', somebody())
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '120'])
    expect((await jsonOf(second))['limit']).toBe('Rate limit exceeded: 1 per 2 minutes')
    app.clock.advance(minutes(2))
    expect((await set.postJson('/register', somebody())).status).toBe(201)
  })
})
