import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/kernel/clock.ts'
import { startApp } from '../support/app.ts'
import { attempt, cheapHashes, seenFrom, strangerAt, strangersTry } from '../support/places.ts'
import { guarded, outcome, pendingOf, prove } from '../support/second-factor.ts'

const app = await startApp({ ...cheapHashes, limits: 'registration=off' })

let places = 0

function newPlace(): string {
  places += 1
  return strangerAt(60_000 + places)
}

describe('signing in to an account of one’s own in between', () => {
  it('gives a network no more attempts at others: its count is not cleared', async () => {
    const [mallory, place] = [await app.registered(), newPlace()]
    const statuses: number[] = []
    for (let at = 0; at < 4; at += 1) {
      for (let guess = 0; guess < 2; guess += 1) {
        const email = `nobody${at}.${guess}@mail.test.example`
        statuses.push((await attempt(app, place, { email })).status)
      }
      statuses.push((await attempt(app, place, mallory)).status)
    }
    expect(statuses).toEqual([401, 401, 200, 401, 401, 200, 401, 429, 429, 429, 429, 429])
  })

  it('gives no more attempts at another account, from the same network or from others', async () => {
    const [ann, mallory, place] = [await app.registered(), await app.registered(), newPlace()]
    for (let at = 0; at < 5; at += 1) {
      app.clock.advance(seconds(20))
      expect((await attempt(app, place, { email: ann.email })).status).toBe(401)
      expect((await attempt(app, place, mallory)).status).toBe(200)
    }
    expect((await attempt(app, place, ann)).status).toBe(429)
    await strangersTry(app, ann, { count: 25 })
    expect((await attempt(app, newPlace(), mallory)).status).toBe(200)
    expect((await attempt(app, newPlace(), ann)).status).toBe(429)
  })

  it('gives nobody more tries at codes: a password that is known makes up for none', async () => {
    const [ann, there] = [await guarded(app), seenFrom(app, newPlace())]
    const outcomes: (string | number)[] = []
    for (let at = 0; at < 12; at += 1) {
      app.clock.advance(seconds(20))
      const pending = await pendingOf(there, ann.person)
      outcomes.push(await outcome(await prove(there, pending, { code: ann.wrong() })))
    }
    expect(outcomes).toEqual([...Array(10).fill('wrong_code'), 'rate_limited', 'rate_limited'])
  })

  it('is, for the owner, the end of what strangers have failed in a row, and of nothing else', async () => {
    const ann = await app.registered()
    expect(await strangersTry(app, ann, { from: 100, count: 29 })).toEqual(Array(29).fill(401))
    expect((await attempt(app, newPlace(), ann)).status).toBe(200)
    // What they may try within the hour is as little as before.
    expect(await strangersTry(app, ann, { from: 200, count: 3 })).toEqual([401, 429, 429])
  })
})
