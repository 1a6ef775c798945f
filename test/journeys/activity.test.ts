import { expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, jsonOf, startApp } from '../support/app.ts'
import { guarded } from '../support/second-factor.ts'

const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' }

/** Somebody at whose account others have tried three passwords, between two sign-ins of their own. */
async function guessedAt(app: App) {
  const person = await app.registered()
  await app.cookieOf(person)
  app.clock.advance(minutes(1))
  const wrong = { email: person.email, password: 'not the password' }
  for (let count = 0; count < 3; count++) await app.postJson('/login', wrong, firefox)
  app.clock.advance(minutes(1))
  return { person, cookie: await app.cookieOf(person) }
}

it('tells the owner on the dashboard how many attempts have failed since the last sign-in, until the next', async () => {
  const app = await startApp()
  const { person, cookie } = await guessedAt(app)
  const told = await (await app.get('/dashboard', { cookie })).text()
  expect(told).toContain('3 failed attempts to sign in since your last sign-in')
  expect(told).toContain('your password has held')
  const later = await app.cookieOf(person)
  const quiet = await (await app.get('/dashboard', { cookie: later })).text()
  expect(quiet).not.toContain('failed attempt')
})

it('says to change a password that somebody knows who had no code', async () => {
  const app = await startApp()
  const ann = await guarded(app)
  const { email, password } = ann.person
  await app.postJson('/login', { email, password, totp_token: ann.wrong() })
  const told = await (await app.get('/dashboard', { cookie: ann.cookie })).text()
  expect(told).toContain('somebody knows your password')
})

it('lists what was done and tried to its owner, the last first, as JSON and as a page', async () => {
  const app = await startApp()
  const { cookie } = await guessedAt(app)
  const { events, next } = await jsonOf(await app.get('/activity', { cookie }))
  expect(events.map(({ type }: { type: string }) => type)).toEqual([
    'login.succeeded',
    'login.refused',
    'login.refused',
    'login.refused',
    'login.succeeded',
    'account.registered',
  ])
  expect(events[1]).toMatchObject({
    outcome: 'refused',
    device: 'Firefox on Linux',
    details: { cause: 'wrong_password' },
  })
  expect(next).toBeNull()
  const page = await (await app.get('/account/activity', { cookie, accept: 'text/html' })).text()
  for (const text of ['Signed in', 'By password', 'Failed attempt to sign in', 'Wrong password']) {
    expect(page).toContain(text)
  }
})

it('shows nobody the activity of somebody else, and no hash of the chain to anybody', async () => {
  const app = await startApp()
  const { cookie } = await guessedAt(app)
  const other = await app.cookieOf(await app.registered())
  const own = await jsonOf(await app.get('/activity', { cookie: other }))
  expect(own['events']).toHaveLength(2)
  expect(await (await app.get('/activity', { cookie })).text()).not.toContain('"hash"')
})

it('asks for a recent proof first, as for the list of sessions', async () => {
  const app = await startApp()
  const { cookie } = await guessedAt(app)
  app.clock.advance(minutes(11))
  expect((await app.get('/activity', { cookie })).status).toBe(403)
  const page = await app.get('/account/activity', { cookie, accept: 'text/html' })
  expect(page.headers.get('location')).toBe('/confirm?next=%2Faccount%2Factivity')
  expect((await app.get('/activity')).status).toBe(401)
})

it('goes on page by page, whatever is asked for', async () => {
  const app = await startApp({ sessionsPerAccount: 1000 })
  const person = await app.registered()
  for (let count = 0; count < 60; count++) await app.bearerOf(person)
  const cookie = await app.cookieOf(person)
  const first = await jsonOf(await app.get('/activity', { cookie }))
  expect(first['events']).toHaveLength(50)
  const second = await jsonOf(await app.get(`/activity?before=${first['next']}`, { cookie }))
  expect(second['events']).toHaveLength(12)
  expect(second['next']).toBeNull()
  for (const odd of ['0', '-1', 'x', '1e3', '9'.repeat(40), '']) {
    expect((await app.get(`/activity?before=${odd}`, { cookie })).status, odd).toBe(200)
  }
})
