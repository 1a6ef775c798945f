import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Auth } from '../../src/index.ts'
import { OverloadedError, Secret } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { startApp } from '../support/app.ts'
import { onCleanUp } from '../support/clean-up.ts'

const app = await startApp()
const { auth } = app

const ann = {
  email: 'Ann@Example.com',
  fullName: 'Ann Lee',
  password: 'violet harbour lantern',
}
await auth.register(ann)

async function signedIn(given: Partial<Parameters<Auth['login']>[0]> = {}) {
  const outcome = await auth.login({ email: ann.email, password: ann.password, ...given })
  if (outcome.kind !== 'signed_in') throw new Error(outcome.kind)
  return outcome
}

const cookiePair = (setCookie: string) => setCookie.split(';')[0] as string

describe('an application that calls the library', () => {
  it('registers somebody and learns the account', async () => {
    const outcome = await auth.register({ ...ann, email: 'Bob@Example.com', fullName: 'Bob Ray' })
    expect(outcome).toEqual({
      kind: 'registered',
      account: {
        id: expect.stringMatching(/^acc_[\w-]{22}$/),
        email: 'Bob@Example.com',
        canonicalEmail: 'bob@example.com',
        fullName: 'Bob Ray',
        status: 'active',
        role: 'user',
        epoch: 0,
        createdAt: app.clock.now(),
        emailVerifiedAt: undefined,
      },
    })
  })

  it('gets expected refusals as values', async () => {
    expect(await auth.register(ann)).toEqual({ kind: 'refused', reason: 'email_taken' })
    expect(await auth.register({ ...ann, email: 'nope', password: 'short-one' })).toEqual({
      kind: 'invalid',
      problems: [
        { field: 'email', rule: 'malformed' },
        { field: 'password', rule: 'too_short' },
      ],
    })
    const refused = { kind: 'refused', reason: 'invalid_credentials' }
    expect(await auth.login({ email: ann.email, password: 'x' })).toEqual(refused)
    expect(await auth.login({ email: 'unknown@example.com', password: 'x' })).toEqual(refused)
  })

  it('knows the sender of a web request and of a node request, by cookie and by bearer', async () => {
    const browser = await signedIn()
    const cookie = cookiePair(auth.cookieFor(browser.token))
    const authorization = `Bearer ${(await signedIn({ transport: 'bearer' })).token.expose()}`
    for (const headers of [{ cookie }, { authorization }]) {
      const web = await auth.authenticate(new Request('http://127.0.0.1:8000/x', { headers }))
      const node = await auth.authenticate({ headers })
      const person = web && (await auth.accounts.find(web.accountId))
      expect(person?.email).toBe('Ann@Example.com')
      expect(node).toEqual(web)
    }
    expect(await auth.authenticate({ headers: {} })).toBeUndefined()
    expect(await auth.authenticate({ headers: { cookie: 'sallyport=x' } })).toBeUndefined()
  })

  it('protects a page of a plain node:http server', async () => {
    const server = createServer((request, response) => {
      void auth
        .authenticate(request)
        .then((who) => who && auth.accounts.find(who.accountId))
        .then((person) => response.end(person?.fullName ?? 'nobody'))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onCleanUp(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const cookie = cookiePair(auth.cookieFor((await signedIn()).token))
    expect(await (await fetch(url, { headers: { cookie } })).text()).toBe('Ann Lee')
    expect(await (await fetch(url)).text()).toBe('nobody')
  })

  it('signs out a request and learns how to clear the cookie', async () => {
    const cookie = cookiePair(auth.cookieFor((await signedIn()).token))
    const cleared = await auth.logout({ headers: { cookie } })
    expect(cleared).toBe('sallyport=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax')
    expect(await auth.authenticate({ headers: { cookie } })).toBeUndefined()
    expect(await auth.logout({ headers: {} })).toBe(cleared)
  })

  it('ends the session that a request carries when it signs in again', async () => {
    const cookie = cookiePair(auth.cookieFor((await signedIn()).token))
    const next = await signedIn({ request: { headers: { cookie } } })
    expect(await auth.authenticate({ headers: { cookie } })).toBeUndefined()
    const renewed = cookiePair(auth.cookieFor(next.token))
    expect(await auth.authenticate({ headers: { cookie: renewed } })).toBeDefined()
  })

  it('tells what must be proved before something sensitive, once the last proof is ten minutes old', async () => {
    const dora = { ...ann, email: 'dora@example.com' }
    await auth.register(dora)
    const headers = { cookie: cookiePair(auth.cookieFor((await signedIn(dora)).token)) }
    const due = async () => {
      const who = await auth.authenticate({ headers })
      return who && auth.reauthenticationDue(who)
    }
    app.clock.advance(minutes(10) - 1)
    expect(await due()).toBeUndefined()
    app.clock.advance(1)
    expect(await due()).toEqual(['password'])
  })

  it('changes a password, which ends every session but the one that asked', async () => {
    const carl = { ...ann, email: 'carl@example.com' }
    await auth.register(carl)
    const here = cookiePair(auth.cookieFor((await signedIn(carl)).token))
    const there = cookiePair(auth.cookieFor((await signedIn(carl)).token))
    const change = {
      request: { headers: { cookie: here } },
      currentPassword: carl.password,
      newPassword: 'seven copper kettles sing',
    }
    const wrong = await auth.changePassword({ ...change, currentPassword: 'not this one' })
    expect(wrong).toEqual({ kind: 'refused', reason: 'wrong_password' })

    const outcome = await auth.changePassword(change)
    if (outcome.kind !== 'changed') throw new Error(outcome.kind)
    const renewed = cookiePair(auth.cookieFor(outcome.token))
    expect(await auth.authenticate({ headers: { cookie: renewed } })).toBeDefined()
    expect(await auth.authenticate({ headers: { cookie: here } })).toBeUndefined()
    expect(await auth.authenticate({ headers: { cookie: there } })).toBeUndefined()
    expect(await auth.changePassword(change)).toEqual({
      kind: 'refused',
      reason: 'not_authenticated',
    })
  })

  it('cannot print the token by accident', async () => {
    const { token } = await signedIn()
    expect(token).toBeInstanceOf(Secret)
    expect(`${token} ${JSON.stringify({ token })}`).toBe('[secret] {"token":"[secret]"}')
  })

  it('is told by a typed error when too many passwords are being hashed', async () => {
    const small = await startApp({ hashThreads: 1, hashQueue: 1 })
    const attempts = Array.from({ length: 20 }, () =>
      small.auth.login(ann).catch((e: unknown) => e),
    )
    const outcomes = await Promise.all(attempts)
    const overloaded = outcomes.filter((one) => one instanceof OverloadedError)
    expect(overloaded.length).toBeGreaterThan(0)
    expect(overloaded[0]).toMatchObject({ code: 'overloaded', retryAfterSeconds: 2 })
  })

  it('answers readiness without throwing, also after it was closed', async () => {
    const other = await startApp()
    expect(await other.auth.ready()).toBe(true)
    await other.close()
    expect(await other.auth.ready()).toBe(false)
  })
})
