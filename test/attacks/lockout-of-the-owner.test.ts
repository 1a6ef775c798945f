import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, jsonOf, type Person, startApp } from '../support/app.ts'
import { keyed, signInByKey } from '../support/passkeys.ts'
import {
  attempt,
  cheapHashes,
  countsOf,
  knownDeviceOf,
  refusedFor,
  seenFrom,
  strangerAt,
  strangersTry,
} from '../support/places.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { guarded, pendingOf, prove } from '../support/second-factor.ts'

const options = { ...cheapHashes, limits: 'registration=off', sessionLifetime: '7d' } as const

const home = '192.0.2.1'
const elsewhere = '203.0.113.5'

/** As many as an account's budget lets through in an hour, for as many hours: each from a network of its own. */
async function strangersFail(app: App, person: Person, count: number): Promise<void> {
  for (let from = 0; from < count; from += 30) {
    const some = Math.min(30, count - from)
    expect(countsOf(await strangersTry(app, person, { from, count: some }))).toEqual({ 401: some })
    app.clock.advance(minutes(60))
  }
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  return (await answer).status
}

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('strangers who fail a thousand times, each from a network of its own, on %s,', (_, place) => {
  it('keep no owner out where the owner has signed in before, nor one with a passkey anywhere', async () => {
    const app = await startApp({ ...options, ...(await place()) })
    const [ann, bea] = [await app.registered(), await keyed(app)]
    const known = await knownDeviceOf(app, ann, home)
    let [opened, byKey] = [0, 0]
    for (let from = 0; from < 1000; from += 50) {
      await strangersTry(app, ann, { from, count: 50 })
      await strangersTry(app, bea.person, { from, count: 50 })
      // In the midst of it: their budgets are spent, in most of the hour.
      app.clock.advance(minutes(30))
      const headers = { cookie: known }
      if ((await statusOf(attempt(app, home, ann, headers))) === 200) opened += 1
      if ((await statusOf(attempt(app, elsewhere, ann, headers))) === 200) opened += 1
      if ((await statusOf(signInByKey(seenFrom(app, elsewhere), bea.key))) === 200) byKey += 1
    }
    expect([opened, byKey]).toEqual([40, 20])
  })

  it('leave the right password alone worth nothing where nobody has been, after a hundred', async () => {
    const app = await startApp({ ...options, ...(await place()) })
    const ann = await app.registered()
    const known = await knownDeviceOf(app, ann, home)
    await strangersFail(app, ann, 99)
    expect(await statusOf(attempt(app, elsewhere, ann))).toBe(200)
    await strangersFail(app, ann, 100)
    const refused = await attempt(app, elsewhere, ann)
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []])
    expect(await jsonOf(refused)).toMatchObject({ code: 'invalid_credentials' })
    expect(refusedFor(app, 'password_capped')).toBe(1)
    // A week is no way out, and neither is the way home without what the browser was given there.
    app.clock.advance(minutes(7 * 24 * 60))
    expect(await statusOf(attempt(app, home, ann))).toBe(401)
    expect(await statusOf(attempt(app, elsewhere, ann, { cookie: known }))).toBe(200)
    // Which has lifted it.
    expect(await statusOf(attempt(app, '203.0.113.6', ann))).toBe(200)
  })

  it('get nobody in with the right password among wrong ones, once it is capped', async () => {
    const off = 'sign_in=off,password=off,password_account=off,password_everybody=off'
    const limits = `registration=off,${off}`
    const app = await startApp({ ...options, ...(await place()), limits })
    const ann = await app.registered()
    await strangersTry(app, ann, { count: 100 })
    const tries = Array.from({ length: 40 }, (_, at) =>
      attempt(app, strangerAt(at), at % 4 ? { email: ann.email } : ann),
    )
    const answers = await Promise.all(tries)
    expect(countsOf(answers.map(({ status }) => status))).toEqual({ 401: 40 })
    expect(refusedFor(app, 'password_capped')).toBe(10)
  })
})

describe('an owner whose password was guessed at a hundred times', () => {
  it('goes on with a second factor from anywhere, and has lifted it so', async () => {
    const app = await startApp(options)
    const ann = await guarded(app)
    await strangersFail(app, ann.person, 100)
    const there = seenFrom(app, elsewhere)
    const pending = await pendingOf(there, ann.person)
    expect(await statusOf(prove(there, pending, { code: ann.next() }))).toBe(200)
    await strangersFail(app, ann.person, 99)
    expect(
      await statusOf(prove(there, await pendingOf(there, ann.person), { code: ann.next() })),
    ).toBe(200)
  })

  it('is let in by an operator, and whoever was refused meanwhile may try again', async () => {
    const app = await startApp(options)
    const ann = await app.registered()
    const outcome = await app.auth.login({ ...ann, address: home })
    if (outcome.kind !== 'signed_in') throw new TypeError(outcome.kind)
    await strangersFail(app, ann, 100)
    await strangersTry(app, ann, { count: 40 })
    expect(await statusOf(attempt(app, elsewhere, ann))).toBe(429)
    expect(await app.auth.accounts.unlock(outcome.account.id)).toBe(true)
    expect(await statusOf(attempt(app, elsewhere, ann))).toBe(200)
  })

  it('may set up a second factor that is required only where the owner has signed in before', async () => {
    const before = await startApp(options)
    const ann = await before.registered()
    const known = await knownDeviceOf(before, ann, home)
    await strangersFail(before, ann, 100)
    await before.close()
    const app = await startApp({ ...options, dataDir: before.dataDir, requireMfa: 'all' })
    const refused = await attempt(app, elsewhere, ann)
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []])
    const answer = await attempt(app, elsewhere, ann, { cookie: known })
    expect(await jsonOf(answer)).toMatchObject({ enrolment_required: true })
  })
})
