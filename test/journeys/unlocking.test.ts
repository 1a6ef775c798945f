import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../src/core/accounts/index.ts'
import { type App, type Person, startApp } from '../support/app.ts'
import {
  attempt,
  cheapHashes,
  countsOf,
  knownDeviceOf,
  seenFrom,
  strangerAt,
  strangersTry,
  trailOf,
  wrongPassword,
} from '../support/places.ts'
import { guarded, outcome, pendingOf, post, prove } from '../support/second-factor.ts'

const app = await startApp({ ...cheapHashes, limits: 'registration=off,sign_in=off' })

let places = 0

/** A network from which nobody has come yet. */
function newPlace(): string {
  places += 1
  return strangerAt(50_000 + places)
}

interface Member {
  readonly id: AccountId
  readonly person: Person
  readonly cookie: string
}

/** Whose session it is. */
async function idOf(cookie: string): Promise<AccountId> {
  const who = await app.auth.authenticate(new Request(app.origin, { headers: { cookie } }))
  return who?.accountId as AccountId
}

async function aMember(): Promise<Member> {
  const person = await app.registered()
  const cookie = await app.cookieOf(person)
  return { id: await idOf(cookie), person, cookie }
}

const statusOf = async (answer: Promise<Response>) => (await answer).status

/** Wrong passwords until there are no more tries, in one of the ways in which a password is asked for. */
const spending: Readonly<Record<string, (from: App, member: Member) => Promise<number>>> = {
  'signing in': (from, { person: { email }, cookie }) =>
    statusOf(post(from, '/login', { email, password: wrongPassword }, cookie)),
  'confirming who they are': (from, { cookie }) =>
    statusOf(post(from, '/confirm', { password: wrongPassword }, cookie)),
  'changing the password': (from, { cookie }) => {
    const body = { current_password: wrongPassword, new_password: 'another lantern entirely' }
    return statusOf(post(from, '/password/change', body, cookie))
  },
}

async function spend(way: () => Promise<number>): Promise<void> {
  const statuses: number[] = []
  while (statuses.at(-1) !== 429) statuses.push(await way())
  expect(statuses).toHaveLength(6)
}

describe('an account that an operator unlocks', () => {
  it.each(Object.entries(spending))(
    'can be tried again where its owner has failed: by %s, also on a device that it knows',
    async (_way, way) => {
      const member = await aMember()
      const [there, home] = [newPlace(), newPlace()]
      const known = await knownDeviceOf(app, member.person, home)
      const atHome = { ...member, cookie: `${member.cookie}; ${known}` }
      await spend(() => way(seenFrom(app, there), member))
      await spend(() => way(seenFrom(app, home), atHome))
      expect(await app.auth.accounts.unlock(member.id)).toBe(true)
      expect((await attempt(app, there, member.person)).status).toBe(200)
      expect((await attempt(app, home, member.person, { cookie: known })).status).toBe(200)
    },
  )

  it('can be tried again from anywhere, though a hundred have failed and thirty within the hour', async () => {
    const { id, person } = await aMember()
    for (let hour = 0; hour < 4; hour += 1) {
      await strangersTry(app, person, { from: 30 * hour, count: 25 })
      app.clock.advance(3600_000)
    }
    expect(countsOf(await strangersTry(app, person, { count: 31 }))).toEqual({ 401: 30, 429: 1 })
    expect(await app.auth.accounts.unlock(id)).toBe(true)
    expect((await attempt(app, newPlace(), person)).status).toBe(200)
    const written = trailOf(app).filter(({ subject }) => subject === id)
    expect(written.find(({ type }) => type === 'account.unlocked')).toMatchObject({
      actor: 'operator',
      details: { failures: 100 },
    })
  })

  it('can be tried again with codes', async () => {
    const ann = await guarded(app)
    const id = await idOf(ann.cookie)
    const there = seenFrom(app, newPlace())
    const tryCode = async (code: string) =>
      outcome(await prove(there, await pendingOf(there, ann.person), { code }))
    for (let at = 0; at < 10; at += 1) expect(await tryCode(ann.wrong())).toBe('wrong_code')
    expect(await tryCode(ann.next())).toBe('rate_limited')
    expect(await app.auth.accounts.unlock(id)).toBe(true)
    expect(await tryCode(ann.shown())).toBe(200)
  })

  it('is that one alone, and there has to be one', async () => {
    const [ann, bob] = [await aMember(), await aMember()]
    const there = newPlace()
    const way = spending['signing in'] as (from: App, member: Member) => Promise<number>
    await spend(() => way(seenFrom(app, there), bob))
    expect(await app.auth.accounts.unlock(ann.id)).toBe(true)
    expect((await attempt(app, there, bob.person)).status).toBe(429)
    expect(await app.auth.accounts.unlock('acc_nobody' as AccountId)).toBe(false)
  })
})
