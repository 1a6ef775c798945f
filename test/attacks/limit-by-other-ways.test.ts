import { describe, expect, it } from 'vitest'
import { type App, asForm, jsonOf, type Person, startApp } from '../support/app.ts'
import { keyed, signInByKey } from '../support/passkeys.ts'
import { cheapHashes, seenFrom, strangerAt, wrongPassword } from '../support/places.ts'
import { post } from '../support/second-factor.ts'

const app = await startApp({
  ...cheapHashes,
  limits: 'registration=off,sign_in=off,sign_in_steps=off',
})

let places = 0

/** The app, asked from a network from which nobody has come yet. */
function newPlace(): App {
  places += 1
  return seenFrom(app, strangerAt(places))
}

interface Target {
  readonly person: Person
  /** Of a session that was stolen, or left open. */
  readonly cookie: string
}

async function aTarget(): Promise<Target> {
  const person = await app.registered()
  return { person, cookie: await app.cookieOf(person) }
}

type Way = (from: App, target: Target, password: string) => Promise<number | string>

const statusOf = async (answer: Promise<Response>) => (await answer).status

/** Wherever a password is asked for. */
const passwordWays: Readonly<Record<string, Way>> = {
  'POST /login': (from, { person: { email } }, password) =>
    statusOf(from.postJson('/login', { email, password })),
  'the form of /login': (from, { person: { email } }, password) =>
    statusOf(from.postForm('/login', { email, password })),
  'POST /token': (from, { person: { email: username } }, password) => {
    const fields = new URLSearchParams({ username, password }).toString()
    return statusOf(from.request('POST', '/token', asForm, fields))
  },
  'POST /confirm': (from, { cookie }, password) =>
    statusOf(post(from, '/confirm', { password }, cookie)),
  'POST /password/change': (from, { cookie }, current_password) => {
    const body = { current_password, new_password: 'another lantern entirely' }
    return statusOf(post(from, '/password/change', body, cookie))
  },
  'auth.login()': async ({ auth }, { person: { email } }, password) =>
    (await auth.login({ email, password, address: strangerAt(places) })).kind,
  'auth.changePassword()': async ({ auth, origin }, { cookie }, currentPassword) => {
    const request = new Request(origin, { headers: { cookie } })
    const newPassword = 'another lantern entirely'
    const address = strangerAt(places)
    return (await auth.changePassword({ request, currentPassword, newPassword, address })).kind
  },
}

const refusals: ReadonlySet<unknown> = new Set([400, 401, 403, 'refused'])
const limits: ReadonlySet<unknown> = new Set([429, 'limited'])

describe('guessing at a password in another way', () => {
  it.each(Object.entries(passwordWays))(
    'shares the five tries of all ways, and is limited by them: %s',
    async (_name, way) => {
      const [target, from] = [await aTarget(), newPlace()]
      expect(refusals).toContain(await way(from, target, wrongPassword))
      const ways = Object.values(passwordWays)
      for (let at = 0; at < 4; at += 1) {
        const other = ways[(ways.indexOf(way) + at + 1) % ways.length] as Way
        expect(refusals).toContain(await other(from, target, wrongPassword))
      }
      // From here on nothing is looked at in any way, however right.
      for (const password of [wrongPassword, target.person.password]) {
        for (const other of ways) expect(limits).toContain(await other(from, target, password))
      }
    },
  )

  it('shares them with a second step that asks for the password', async () => {
    const { person, key, cookie } = await keyed(app, undefined, { userVerified: false })
    const [from, target] = [newPlace(), { person, cookie }]
    const begun = await jsonOf(await signInByKey(from, key, {}, { transport: 'bearer' }))
    expect(begun['factors']).toContain('password')
    const second = (password: string) =>
      statusOf(from.postJson('/login/factor', { pending_token: begun['pending_token'], password }))
    const login = passwordWays['POST /login'] as Way
    expect(await second(wrongPassword)).toBe(401)
    for (let at = 0; at < 3; at += 1) expect(await login(from, target, wrongPassword)).toBe(401)
    expect(await second(wrongPassword)).toBe(401)
    expect(await login(from, target, person.password)).toBe(429)
    expect(await second(person.password)).toBe(429)
  })

  it('counts to the hundred in a row, in whatever ways', async () => {
    const wide = await startApp({ ...cheapHashes, limits: 'all=off' })
    const person = await wide.registered()
    const target = { person, cookie: await wide.cookieOf(person) }
    const ways = Object.values(passwordWays)
    for (let at = 0; at < 100; at += 1) {
      const way = ways[at % ways.length] as Way
      expect(refusals).toContain(await way(wide, target, wrongPassword))
    }
    for (const way of ways) expect(refusals).toContain(await way(wide, target, person.password))
  })
})
