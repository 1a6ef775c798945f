import { describe, expect, it } from 'vitest'
import { type App, asForm, type Person, startApp } from '../support/app.ts'
import { attempt, countsOf, seenFrom, strangerAt, wrongPassword } from '../support/places.ts'
import { post } from '../support/second-factor.ts'

/** One hash at work, one waiting, and no more. */
const narrow = { hashThreads: 1, hashQueue: 1, limits: 'registration=off' } as const

const app = await startApp(narrow)

let crowd = 10_000

/** Does this while strangers keep the threads busy that hash passwords. */
async function amidst<Result>(work: () => Promise<Result>): Promise<Result> {
  const strangers = Array.from({ length: 12 }, () => {
    crowd += 1
    return attempt(app, strangerAt(crowd), { email: `nobody${crowd}@mail.test.example` })
  })
  const [result] = await Promise.all([work(), ...strangers])
  return result
}

type Way = (from: App, person: Person, cookie: string) => Promise<Response>

const ways: Readonly<Record<string, Way>> = {
  'POST /login': (from, { email }) => from.postJson('/login', { email, password: wrongPassword }),
  'POST /token': (from, { email: username }) => {
    const fields = new URLSearchParams({ username, password: wrongPassword }).toString()
    return from.request('POST', '/token', asForm, fields)
  },
  'POST /confirm': (from, _, cookie) => post(from, '/confirm', { password: wrongPassword }, cookie),
  'POST /password/change': (from, _, cookie) => {
    const body = { current_password: wrongPassword, new_password: 'another lantern entirely' }
    return post(from, '/password/change', body, cookie)
  },
}

describe('sending others away because there is too much to do', () => {
  it.each(Object.entries(ways))('spends none of their attempts: %s', async (_name, way) => {
    const person = await app.registered()
    const cookie = await app.cookieOf(person)
    crowd += 1
    const there = seenFrom(app, strangerAt(crowd))
    const statuses: number[] = []
    const sentAway = () => statuses.filter((status) => status === 503).length
    while (sentAway() < 4 && statuses.at(-1) !== 429) {
      statuses.push((await amidst(() => way(there, person, cookie))).status)
    }
    expect(sentAway()).toBeGreaterThan(0)
    while (statuses.at(-1) !== 429) statuses.push((await way(there, person, cookie)).status)
    const { 429: limited, 503: _, ...evaluated } = countsOf(statuses)
    expect([limited, Object.values(evaluated)]).toEqual([1, [5]])
  })

  it.each([
    ['an account’s', 'registration=off'],
    ['everybody’s', 'registration=off,password_everybody=20/10m'],
  ])('spends none of %s: its owner gets in as soon as there is room', async (_whose, limits) => {
    const app = await startApp({ ...narrow, limits })
    const ann = await app.registered()
    const flood = Array.from({ length: 200 }, (_, at) =>
      attempt(app, strangerAt(at), { email: ann.email }),
    )
    const counts = countsOf((await Promise.all(flood)).map(({ status }) => status))
    expect(counts['503']).toBeGreaterThan(0)
    expect((await attempt(app, '203.0.113.7', ann)).status).toBe(200)
  })
})
