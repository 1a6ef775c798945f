import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, asForm, type Person, sameOrigin, somebody, startApp } from '../support/app.ts'
import { attempt, cheapHashes, seenFrom, strangerAt, wrongPassword } from '../support/places.ts'

type Ask = (app: App, email: string) => Promise<Response>

const ways: Readonly<Record<string, Ask>> = {
  'JSON at /login': (app, email) => app.postJson('/login', { email, password: wrongPassword }),
  'a form at /login': (app, email) => {
    const headers = { ...asForm, ...sameOrigin(app), accept: 'text/html' }
    const fields = new URLSearchParams({ email, password: wrongPassword }).toString()
    return app.request('POST', '/login', headers, fields)
  },
  'a password at /token': (app, email) => {
    const fields = new URLSearchParams({ username: email, password: wrongPassword }).toString()
    return app.request('POST', '/token', asForm, fields)
  },
}

/** Everything that a client can see, but what differs between any two answers: the number of the request. */
async function seen(response: Response, email: string): Promise<string> {
  const text = await response.text()
  const headers = [...response.headers].filter(([name]) => name !== 'x-request-id')
  const shown = JSON.stringify([response.status, headers, text])
  return shown.replaceAll(/req_[\w-]+/g, '').replaceAll(email, '')
}

/** An account that is there, one that is disabled, one without a password, and none; each from a place of its own. */
async function everyKind(app: App): Promise<readonly Person[]> {
  const [known, disabled, without] = [
    await app.registered(),
    await app.registered(),
    await app.registered(),
  ]
  await app.setStatus(disabled, 'disabled')
  await app.storeHash(without, undefined)
  return [known, disabled, without, somebody()]
}

describe('telling accounts apart by when attempts are too many', () => {
  it.each(Object.entries(ways))(
    'fails by %s: every answer is the same, until the limit, at it, beyond it and after it',
    async (_way, ask) => {
      const app = await startApp({
        limits: 'registration=off,sign_in=100/1m',
        ...cheapHashes,
      })
      const people = await everyKind(app)
      const limited: number[] = []
      for (const pause of [...Array(8).fill(0), 14.5, 0.6, 14, 16, 0, 29, 2, 24 * 60]) {
        app.clock.advance(minutes(pause))
        const answers = people.map(async ({ email }, at) => {
          const answer = await ask(seenFrom(app, strangerAt(at)), email)
          limited.push(answer.status)
          return seen(answer, email)
        })
        expect(new Set(await Promise.all(answers)).size).toBe(1)
      }
      // It was about limits: some attempts of each were let through and some were not.
      expect(limited.filter((status) => status === 429).length).toBeGreaterThan(4 * 4)
      expect(limited.filter((status) => status !== 429).length).toBeGreaterThan(4 * 7)
    },
    60_000,
  )

  it('fails by the network’s own limit too, whose fields are the same', async () => {
    const app = await startApp({ limits: 'registration=off', ...cheapHashes })
    const people = await everyKind(app)
    const ask = ways['JSON at /login'] as Ask
    for (let round = 0; round < 7; round += 1) {
      const answers = people.map(async ({ email }, at) =>
        seen(await ask(seenFrom(app, strangerAt(at)), email), email),
      )
      const [first, ...others] = await Promise.all(answers)
      expect(new Set(others)).toEqual(new Set([first]))
      expect(first).toContain('"ratelimit","')
    }
  })

  it('fails by what an account’s attempts from elsewhere do: nobody is told of those', async () => {
    const app = await startApp({ limits: 'registration=off,sign_in=off', ...cheapHashes })
    const people = await everyKind(app)
    const answers: string[] = []
    for (let at = 0; at < 35; at += 1) {
      for (const { email } of people) {
        answers.push(await seen(await attempt(app, strangerAt(at), { email }), email))
      }
    }
    const rounds = Array.from({ length: 35 }, (_, at) => new Set(answers.slice(4 * at, 4 * at + 4)))
    expect(rounds.map(({ size }) => size)).toEqual(Array(35).fill(1))
    expect(answers.at(-1)).toMatch(/^\[429/)
    // Not even for how long: that would tell when others have tried.
    const later = await attempt(app, strangerAt(99), people[0] as Person)
    app.clock.advance(minutes(7))
    const muchLater = await attempt(app, strangerAt(98), people[0] as Person)
    expect(later.headers.get('retry-after')).toBe(muchLater.headers.get('retry-after'))
    for (const name of ['ratelimit', 'ratelimit-policy'])
      expect(later.headers.has(name)).toBe(false)
  })

  it('fails after a hundred failures: the account that is capped answers as if nothing were', async () => {
    const off = 'sign_in=off,password=off,password_account=off,password_everybody=off'
    const app = await startApp({ limits: `registration=off,${off}`, ...cheapHashes })
    const people = await everyKind(app)
    for (let at = 0; at < 102; at += 1) {
      const answers = people.map(async ({ email }) =>
        seen(await attempt(app, strangerAt(at), { email }), email),
      )
      expect(new Set(await Promise.all(answers)).size).toBe(1)
    }
    const [capped, , , unknown] = people as [Person, Person, Person, Person]
    const right = seen(await attempt(app, strangerAt(0), capped), capped.email)
    expect(await right).toBe(await seen(await attempt(app, strangerAt(0), unknown), unknown.email))
  })
})
