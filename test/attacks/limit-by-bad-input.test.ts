import { describe, expect, it } from 'vitest'
import {
  type App,
  asForm,
  asJson,
  type HeaderRecord,
  jsonOf,
  somebody,
  startApp,
} from '../support/app.ts'
import { attempt, cheapHashes, countsOf, seenFrom, strangerAt } from '../support/places.ts'

const app = await startApp({ ...cheapHashes, limits: 'password_everybody=off' })
const ann = somebody()
expect((await seenFrom(app, '192.0.2.1').postJson('/register', ann)).status).toBe(201)

let places = 0

/** The app, asked from a network from which nobody has come yet. */
function newPlace(): App {
  places += 1
  return seenFrom(app, strangerAt(places))
}

type Bad = readonly [status: number, headers: HeaderRecord, body: string]

const bad: Readonly<Record<string, Bad>> = {
  'malformed JSON': [400, asJson, '{"email":'],
  'a name twice': [400, asJson, '{"email":"a","email":"b"}'],
  'no fields': [422, asJson, '{}'],
  'fields of the wrong type': [422, asJson, '{"email":1,"password":[]}'],
  'no address': [422, asJson, '{"email":"nope","password":"violet harbour lantern"}'],
  'a password beyond all bounds': [
    422,
    asJson,
    `{"email":"a@b.example","password":"${'p'.repeat(2000)}"}`,
  ],
  'a body of a megabyte': [413, asJson, ' '.repeat(1_000_000)],
  'another media type': [415, { 'content-type': 'text/plain' }, '{}'],
  'a compressed body': [415, { ...asJson, 'content-encoding': 'gzip' }, '{}'],
  'what is no UTF-8': [400, asForm, 'email=%ff'],
  'another site': [403, { ...asJson, origin: 'https://evil.example' }, '{}'],
}

/** A body that tells how much of it was read. */
function watched(chunks: number) {
  const read = { chunks: 0 }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        read.chunks += 1
        controller.enqueue(Buffer.alloc(1024, 0x20))
        if (read.chunks === chunks) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return { read, body }
}

describe('what cannot be understood', () => {
  it.each(Object.entries(bad))('counts as an attempt to sign in: %s', async (_what, given) => {
    const [status, headers, body] = given
    const there = newPlace()
    for (let at = 0; at < 5; at += 1) {
      const answer = await there.request('POST', '/login', headers, body)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('ratelimit')).toBe(`"sign_in";r=${4 - at};t=60`)
    }
    expect((await there.postJson('/login', ann)).status).toBe(429)
    expect((await there.request('POST', '/login', headers, body)).status).toBe(429)
  })

  it.each(Object.entries(bad))(
    'counts as a registration, or a mistake in one: %s',
    async (_what, given) => {
      const [, headers, body] = given
      const there = newPlace()
      const statuses: number[] = []
      for (let at = 0; at < 22; at += 1) {
        statuses.push((await there.request('POST', '/register', headers, body)).status)
      }
      // What a form can be filled in wrongly with is one of twenty mistakes; all else is one of three registrations.
      const isMistake = statuses[0] === 422
      expect(statuses.indexOf(429)).toBe(isMistake ? 20 : 3)
      expect((await there.postJson('/register', somebody())).status).toBe(429)
    },
  )

  it('counts at the token endpoint', async () => {
    const there = newPlace()
    const statuses: number[] = []
    for (let at = 0; at < 61; at += 1) {
      statuses.push((await there.request('POST', '/token', asJson, '{}')).status)
    }
    expect(countsOf(statuses)).toEqual({ 400: 60, 429: 1 })
  })
})

describe('a body that comes when there are no attempts left', () => {
  it('is not read, however long or slow it is', async () => {
    const there = newPlace()
    for (let at = 0; at < 5; at += 1) await attempt(there, strangerAt(places), { email: ann.email })
    const long = watched(10_000)
    const refused = await there.request('POST', '/login', asJson, long.body)
    expect([refused.status, long.read.chunks]).toEqual([429, 0])
    expect(await jsonOf(refused)).toMatchObject({ code: 'rate_limited' })

    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) })
    expect((await there.request('POST', '/login', asJson, never)).status).toBe(429)
  })

  it('is read up to its bound where it may be a form that its sender wants back', async () => {
    const there = newPlace()
    for (let at = 0; at < 5; at += 1) await attempt(there, strangerAt(places), { email: ann.email })
    const long = watched(10_000)
    const headers = { ...asForm, accept: 'text/html' }
    expect((await there.request('POST', '/login', headers, long.body)).status).toBe(413)
    expect(long.read.chunks).toBeLessThan(32)
  })
})
