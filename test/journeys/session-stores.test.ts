import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { type App, cookieIn, jsonOf, startApp } from '../support/app.ts'

async function listed(app: App, cookie: string): Promise<unknown[]> {
  return (await jsonOf(await app.get('/sessions', { cookie })))['sessions']
}

async function restarted(app: App, options: AuthOptions): Promise<App> {
  await app.close()
  return startApp({ ...options, dataDir: app.dataDir })
}

describe.each([
  { sessionStore: 'database', survives: true },
  { sessionStore: 'memory', survives: false },
  { sessionStore: 'filesystem', survives: true },
] as const)('sessions kept in $sessionStore', ({ sessionStore, survives }) => {
  it('go through their whole life, and a restart as promised', async () => {
    const app = await startApp({ sessionStore })
    const person = await app.registered()
    const [first, second, third] = [
      await app.cookieOf(person),
      await app.cookieOf(person),
      await app.cookieOf(person),
    ]
    expect(await listed(app, first)).toHaveLength(3)

    await app.request('POST', '/logout', { cookie: second, origin: app.origin })
    expect(await app.meStatus({ cookie: second })).toBe(401)
    expect(await listed(app, first)).toHaveLength(2)

    const passwords = {
      current_password: person.password,
      new_password: 'quiet meadow telescope',
    }
    const changed = await app.postJson('/password/change', passwords, {
      cookie: first,
      origin: app.origin,
    })
    expect(changed.status, await changed.clone().text()).toBe(200)
    const renewed = cookieIn(changed)
    expect(await app.meStatus({ cookie: first })).toBe(401)
    expect(await app.meStatus({ cookie: third })).toBe(401)
    expect(await listed(app, renewed)).toHaveLength(1)

    const other = await restarted(app, { sessionStore })
    expect(await other.meStatus({ cookie: renewed })).toBe(survives ? 200 : 401)
    const again = { ...person, password: passwords.new_password }
    expect(await other.meStatus({ cookie: await other.cookieOf(again) })).toBe(200)
  })
})
