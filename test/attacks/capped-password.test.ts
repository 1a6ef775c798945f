import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, jsonOf, type Person, startApp } from '../support/app.ts'
import { attempt, cheapHashes, seenFrom, strangersTry, wrongPassword } from '../support/places.ts'
import { post } from '../support/second-factor.ts'

const generous = 'registration=off,sign_in=off,password_account=1000/1h'

const app = await startApp({ ...cheapHashes, limits: generous, sessionFresh: '1h' })

/** Somebody at whose password was guessed a hundred times in a row, and who was signed in before. */
async function capped(): Promise<{ person: Person; cookie: string }> {
  const person = await app.registered()
  const cookie = await app.cookieOf(person)
  await strangersTry(app, person, { count: 100 })
  return { person, cookie }
}

type Told = readonly [status: number, said: object, wait: string | null]

const statusesIn = (answers: readonly Told[]) => answers.map(([status]) => status)

/** What one network is told, time after time. */
async function series(ask: () => Promise<Response>): Promise<Told[]> {
  const answers: Told[] = []
  for (let at = 0; at < 7; at += 1) {
    const answer = await ask()
    const { request_id: _, ...said } = await jsonOf(answer)
    answers.push([answer.status, said, answer.headers.get('retry-after')])
  }
  return answers
}

describe('a guess at a password that was guessed at a hundred times', () => {
  it('is told by nothing to be right, not even by when it was one too many', async () => {
    const { person } = await capped()
    const [right, wrong] = ['203.0.113.1', '203.0.113.2']
    const ofRight = await series(() => attempt(app, right, person))
    expect(ofRight).toEqual(await series(() => attempt(app, wrong, { email: person.email })))
    expect(statusesIn(ofRight)).toEqual([401, 401, 401, 401, 401, 429, 429])
  })

  it('is told by nothing to be right to whoever has stolen a session', async () => {
    const steal = (from: App, path: string, body: object, { cookie }: { cookie: string }) =>
      series(() => post(from, path, body, cookie))
    const [right, wrong] = [await capped(), await capped()]
    const there = seenFrom(app, '203.0.113.3')
    const ofRight = await steal(there, '/confirm', { password: right.person.password }, right)
    expect(ofRight).toEqual(await steal(there, '/confirm', { password: wrongPassword }, wrong))
    expect(statusesIn(ofRight)).toEqual([403, 403, 403, 403, 403, 429, 429])

    app.clock.advance(minutes(16))
    const elsewhere = seenFrom(app, '203.0.113.4')
    const change = (current_password: string) => ({
      current_password,
      new_password: 'another lantern entirely',
    })
    const changing = await steal(
      elsewhere,
      '/password/change',
      change(right.person.password),
      right,
    )
    expect(changing).toEqual(
      await steal(elsewhere, '/password/change', change(wrongPassword), wrong),
    )
    expect(statusesIn(changing)).toEqual([403, 403, 403, 403, 403, 429, 429])
  })
})
