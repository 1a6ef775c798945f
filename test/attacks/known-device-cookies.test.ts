import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { knownDeviceLifetime } from '../../src/core/limits/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { altered } from '../support/altered.ts'
import { type App, type Person, startApp } from '../support/app.ts'
import { cookieNamed } from '../support/passkeys.ts'
import {
  attempt,
  cheapHashes,
  countsOf,
  knownDeviceOf,
  strangersTry,
  wrongPassword,
} from '../support/places.ts'

const options = { ...cheapHashes, limits: 'registration=off' } as const

const app = await startApp(options)
const home = '192.0.2.1'

let places = 0
let strangers = 0

/** A network from which nobody has come yet. */
function newPlace(): string {
  places += 1
  return `203.0.113.${places}`
}

/** Spends what strangers may try on the account within an hour. */
async function spend(person: Person): Promise<void> {
  const from = strangers
  strangers += 31
  expect(countsOf(await strangersTry(app, person, { from, count: 31 }))).toEqual({
    401: 30,
    429: 1,
  })
}

const givenBy = (cookie: string) => ({ cookie })

/** 200 where the cookie speaks for the device, 429 where it says nothing. */
async function statusWith(person: Person, cookie: string): Promise<number> {
  return (await attempt(app, newPlace(), person, givenBy(cookie))).status
}

/** How many wrong passwords somebody may try with that cookie, each from another network. */
async function triesWith(person: Person, cookie: string, of: App = app): Promise<number> {
  for (let tried = 0; tried < 10; tried += 1) {
    const one = { email: person.email, password: wrongPassword }
    if ((await attempt(of, newPlace(), one, givenBy(cookie))).status === 429) return tried
  }
  return 10
}

describe('the cookie of a device that an account knows', () => {
  it('is nothing to another account', async () => {
    const [ann, bob] = [await app.registered(), await app.registered()]
    const known = await knownDeviceOf(app, ann, home)
    await spend(bob)
    expect(await statusWith(bob, known)).toBe(429)
    await spend(ann)
    expect(await statusWith(ann, known)).toBe(200)
  })

  it('gives whoever has copied it five tries, wherever they come from, and spends none of others', async () => {
    const ann = await app.registered()
    const known = await knownDeviceOf(app, ann, home)
    expect(await triesWith(ann, known)).toBe(5)
    // The owner without it is none the worse.
    expect((await attempt(app, newPlace(), ann)).status).toBe(200)
    expect(await statusWith(ann, known)).toBe(429)
    app.clock.advance(minutes(15))
    expect(await statusWith(ann, known)).toBe(200)
  })

  it('opens nothing by itself: neither a page, nor the second step, nor an account', async () => {
    const ann = await app.registered()
    const known = await knownDeviceOf(app, ann, home)
    expect(await app.meStatus(givenBy(known))).toBe(401)
    expect((await attempt(app, home, { email: ann.email }, givenBy(known))).status).toBe(401)
    const bearer = { authorization: `Bearer ${known.split('=')[1]}` }
    expect(await app.meStatus(bearer)).toBe(401)
  })

  it('is believed under its signature alone: altered, cut, joined or made up it is nothing', async () => {
    const [ann, bob] = [await app.registered(), await app.registered()]
    const [ofAnn, ofBob] = [
      await knownDeviceOf(app, ann, home),
      await knownDeviceOf(app, bob, home),
    ]
    const value = ofAnn.slice(ofAnn.indexOf('=') + 1)
    const [id = '', account = '', signature = ''] = value.split('.')
    const [, accountOfBob = ''] = ofBob.split('.')
    const ownMac = (text: string) => createHmac('sha256', '').update(text).digest('base64url')
    await spend(ann)
    const forged = [
      `${altered(id, 0)}.${account}.${signature}`,
      `${id}.${altered(account, 0)}.${signature}`,
      `${id}.${account}.${altered(signature, 0)}`,
      `${id}.${account}.${signature.slice(0, -1)}`,
      `${id}.${account}.`,
      `${id}.${account}`,
      `${id}.${accountOfBob}.${account}.${signature}`,
      `${id}.${account.replace(/-.*/, '-zzzzz')}.${signature}`,
      `${id}.${account}.${ownMac(`device ${id}.${account}`)}`,
      `.${id}.${account}.${signature}`,
      `${signature}.${account}.${id}`,
      ann.email,
      '.',
      '',
      '...........',
      `${value}${'.'.repeat(600)}`,
    ]
    for (const text of forged)
      expect(await statusWith(ann, `sallyport_known=${text}`), text).toBe(429)
    // Two of them: somebody else has set one.
    expect(await statusWith(ann, `${ofAnn}; sallyport_known=x`)).toBe(429)
    expect(await statusWith(ann, ofAnn)).toBe(200)
  })

  it('is nothing under the keys of another service', async () => {
    const ann = await app.registered()
    const other = await startApp(options)
    const known = await knownDeviceOf(other, await other.registered(ann), home)
    await spend(ann)
    expect(await statusWith(ann, known)).toBe(429)
  })

  it('knows the last five who have signed in there, and nobody for longer than half a year', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => app.registered()))
    let cookie = ''
    for (const person of people) {
      const answer = await attempt(app, home, person, givenBy(cookie))
      cookie = cookieNamed(answer, 'sallyport_known') ?? ''
    }
    const [first, second, ...others] = people as [Person, Person, ...Person[]]
    for (const person of people) await spend(person)
    expect(await statusWith(first, cookie)).toBe(429)
    for (const person of [second, ...others]) expect(await statusWith(person, cookie)).toBe(200)

    app.clock.advance(knownDeviceLifetime - minutes(1))
    await spend(first)
    await spend(second)
    expect(await statusWith(second, cookie)).toBe(200)
    app.clock.advance(minutes(1))
    expect(await statusWith(second, cookie)).toBe(429)
  })

  it('lets its own account alone in from a network that has no attempts left', async () => {
    const [ann, bob] = [await app.registered(), await app.registered()]
    const known = await knownDeviceOf(app, ann, home)
    const place = newPlace()
    for (let at = 0; at < 5; at += 1) await attempt(app, place, { email: bob.email })
    expect((await attempt(app, place, ann)).status).toBe(429)
    // Yet its owner is not kept out by who else is on the network; whom it does not know is.
    expect((await attempt(app, place, ann, givenBy(known))).status).toBe(200)
    expect((await attempt(app, place, bob, givenBy(known))).status).toBe(429)
  })
})
