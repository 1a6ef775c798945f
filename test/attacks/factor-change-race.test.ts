import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { cookieIn, jsonOf, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import { confirmed, creation, signInByKey } from '../support/passkeys.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import {
  enrolment,
  factorsOf,
  guarded,
  outcome,
  pendingCookieOf,
  post,
} from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'

const app = await startApp()

describe('a thief who is signed in to the same account', () => {
  it('is not shown the secret of an app that its owner is setting up', async () => {
    const person = await app.registered()
    const [owner, thief] = [await app.cookieOf(person), await app.cookieOf(person)]
    const { id, secret } = await enrolment(app, owner)
    const shown = await app.get('/account/security/app', { cookie: thief })
    expect([shown.status, await shown.text()]).toEqual([303, ''])
    const own = await (await app.get(`/account/security/app?id=${id}`, { cookie: owner })).text()
    expect(own).toContain(secret)
  })

  it('is not shown it either on the way in, where one is required', async () => {
    const strict = await startApp({ requireMfa: 'all' })
    const person = await strict.registered()
    const [owner, thief] = [
      await pendingCookieOf(strict, person),
      await pendingCookieOf(strict, person),
    ]
    expect((await post(strict, '/login/enrolment/app', {}, owner)).status).toBe(200)
    const shown = await strict.get('/login/enrolment/app', { cookie: thief })
    expect([shown.status, await shown.text()]).toEqual([303, ''])
  })

  it('does not disable its app by guessing, with an old session and nothing else', async () => {
    const ann = await guarded(app)
    app.clock.advance(minutes(10) + 1)
    for (let guess = 0; guess < 100; guess++) {
      const answer = await post(app, '/confirm', { code: ann.wrong() }, ann.cookie)
      expect(await outcome(answer)).toBe('wrong_code')
    }
    expect(await factorsOf(app, ann.cookie)).toMatchObject({ totp: { disabled: false } })
    const asked = await confirmed(app, ann.cookie, { password: ann.person.password })
    expect((await post(app, '/confirm', { code: ann.next() }, asked)).status).toBe(200)
  })
})

it.each([
  ['SQLite', async () => app],
  ['PostgreSQL', async () => startApp({ databaseUrl: await freshPostgresDatabase() })],
] as const)(
  'a session that is ended while it adds a passkey does not go on, nor end who ended it, on %s',
  async (_, place) => {
    const on = await place()
    for (let round = 0; round < 10; round++) {
      const person = await on.registered()
      const [owner, thief] = [await on.cookieOf(person), await on.cookieOf(person)]
      const key = new SoftAuthenticator()
      const credential = await creation(on, thief, key)
      const adding = post(on, '/passkeys', { credential }, thief)
      for (let turn = 0; turn < round * 3; turn++) await new Promise(setImmediate)
      const ended = await on.request('DELETE', '/sessions', { cookie: owner, origin: on.origin })
      const added = await adding
      const mine = ended.status === 200
      const theirs = added.status === 201
      // Whoever was first: one of them goes on, and the other one is out.
      expect([mine, theirs]).not.toEqual([true, true])
      if (mine) {
        expect(await on.meStatus({ cookie: cookieIn(ended) })).toBe(200)
        expect(await on.meStatus({ cookie: thief })).toBe(401)
        expect((await signInByKey(on, key)).status).toBe(401)
      }
    }
  },
  60_000,
)

it('of two that set up a required factor at the same time one gets in, and the other adds nothing', async () => {
  const strict = await startApp({ requireMfa: 'all' })
  for (let round = 0; round < 6; round++) {
    const person = await strict.registered()
    const [one, other] = [
      await pendingCookieOf(strict, person),
      await pendingCookieOf(strict, person),
    ]
    const begun = await jsonOf(await post(strict, '/login/enrolment/app', {}, one))
    const asked = await jsonOf(await post(strict, '/login/enrolment/passkey/options', {}, other))
    const key = new SoftAuthenticator()
    const credential = key.create(asked['publicKey'], { origin: strict.origin })
    const code = codeNow(begun['secret'], strict.clock.now())
    const [byApp, byKey] = await Promise.all([
      post(strict, '/login/enrolment/app/confirm', { id: begun['id'], code }, one),
      post(strict, '/login/enrolment/passkey', { credential }, other),
    ])
    const isIn = [byApp.status === 200, byKey.status === 200]
    expect(isIn.filter(Boolean).length).toBeLessThanOrEqual(1)
    if (isIn[0]) expect((await signInByKey(strict, key)).status).toBe(401)
  }
})

it.each([
  ['POST', '/passkeys/%00', { name: 'x' }],
  ['DELETE', '/passkeys/%00', { recovery_code: 'x' }],
  ['DELETE', '/devices/%00', {}],
  ['DELETE', '/sessions/%00', {}],
] as const)('%s %s is nothing that there is, on PostgreSQL too', async (method, path, body) => {
  const on = await startApp({ databaseUrl: await freshPostgresDatabase() })
  const cookie = await on.cookieOf(await on.registered())
  const headers = { cookie, origin: on.origin, 'content-type': 'application/json' }
  const answer = await on.request(method, path, headers, JSON.stringify(body))
  expect([answer.status, await outcome(answer)]).toEqual([404, 'not_found'])
})
