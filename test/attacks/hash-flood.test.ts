import { describe, expect, it } from 'vitest'
import { jsonOf, startApp } from '../support/app.ts'
import { ParsedMetrics } from '../support/metrics.ts'

describe('a flood of sign-ins', () => {
  it('is answered 200, 401 or "come back later", while everybody else is served', async () => {
    const app = await startApp({ hashThreads: 2, hashQueue: 16 })
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)

    const flood = Array.from({ length: 500 }, (_, at) =>
      app.postJson('/login', at % 2 ? ann : { ...ann, password: 'wrong' }),
    )
    let done = false
    const answers = Promise.all(flood).finally(() => {
      done = true
    })
    const waits: number[] = []
    while (!done) {
      const start = performance.now()
      expect(await app.meStatus({ cookie })).toBe(200)
      waits.push(performance.now() - start)
      await new Promise(setImmediate)
    }

    const byStatus = Map.groupBy(await answers, ({ status }) => status)
    expect([...byStatus.keys()].sort()).toEqual([200, 401, 503])
    // Two at work and sixteen waiting at the least; most of the flood is sent away at once.
    expect(byStatus.get(503)?.length).toBeGreaterThan(300)
    for (const refused of byStatus.get(503) ?? []) {
      expect(refused.headers.get('retry-after')).toBe('2')
      expect(refused.headers.getSetCookie()).toEqual([])
    }
    expect(await jsonOf(byStatus.get(503)?.[0] as Response)).toMatchObject({ code: 'overloaded' })
    const metrics = new ParsedMetrics(await app.auth.metrics())
    const refused = metrics.value('sallyport_hash_queue_refused_total')
    expect(refused).toBe(byStatus.get(503)?.length)
    expect(waits.length).toBeGreaterThan(10)
    expect(waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)]).toBeLessThan(100)
  })

  it('leaves no account half-made when it hits registration', async () => {
    const app = await startApp({ hashThreads: 1, hashQueue: 2 })
    const people = Array.from({ length: 30 }, (_, at) => ({
      email: `flood${at}@mail.test.example`,
      full_name: `Flood ${at}`,
      password: 'violet harbour lantern',
    }))
    const answers = await Promise.all(people.map((one) => app.postJson('/register', one)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 503]))
    for (const [at, { status }] of answers.entries()) {
      const again = await app.postJson('/register', people[at])
      expect(again.status).toBe(status === 201 ? 400 : 201)
    }
  })
})
