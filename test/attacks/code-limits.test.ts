import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, startApp } from '../support/app.ts'
import { confirmed } from '../support/passkeys.ts'
import { cheapHashes, countsOf, seenFrom, strangerAt, trailOf } from '../support/places.ts'
import {
  type Guarded,
  guarded,
  outcome,
  pendingOf,
  post,
  prove,
  remove,
} from '../support/second-factor.ts'

const app = await startApp({
  ...cheapHashes,
  limits: 'registration=off,sign_in=off,sign_in_steps=off',
  sessionFresh: '20m',
})

let places = 0

/** The app, asked from a network from which nobody has come yet. */
function newPlace(): App {
  places += 1
  return seenFrom(app, strangerAt(places))
}

type Code = { readonly code: string } | { readonly recovery_code: string }
type Way = (from: App, ann: Guarded, code: Code) => Promise<number>

const neverIssued = { recovery_code: 'aaaa-bbbb-cccc-dddd' }

/** Wherever a code is asked for of somebody whose password, or session, is known. */
const ways: Readonly<Record<string, Way>> = {
  'POST /login/factor': async (from, { person }, code) =>
    (await prove(from, await pendingOf(from, person), code)).status,
  'POST /confirm': async (from, { cookie }, code) =>
    (await post(from, '/confirm', code, cookie)).status,
  'DELETE /factors/totp': async (from, { cookie }, code) =>
    (await remove(from, cookie, code)).status,
  'POST /login with totp_token': async (from, { person }, code) => {
    const totp_token = 'code' in code ? code.code : code.recovery_code
    return (await from.postJson('/login', { ...person, totp_token })).status
  },
}

/** Whoever is signed in is asked for a code there once the rest of what they had proved is of long ago. */
async function askedToConfirm(ann: Guarded): Promise<Guarded> {
  app.clock.advance(minutes(21))
  const { password } = ann.person
  return { ...ann, cookie: await confirmed(newPlace(), ann.cookie, { password }) }
}

describe('guessing at a code in another way', () => {
  it.each(Object.entries(ways))(
    'is written down once when it is limited: %s',
    async (name, way) => {
      const fresh = await guarded(app)
      const ann = name === 'POST /confirm' ? await askedToConfirm(fresh) : fresh
      const place = newPlace()
      const reached = () => trailOf(app).filter(({ type }) => type === 'limit.reached').length
      const before = reached()
      for (let tried = 0; tried < 12; tried++) await way(place, ann, neverIssued)
      expect(reached() - before).toBe(1)
    },
  )

  it.each(Object.entries(ways))(
    'shares the ten tries of all ways, and is limited by them: %s',
    async (name, way) => {
      const isConfirmation = name === 'POST /confirm'
      const ann = isConfirmation ? await askedToConfirm(await guarded(app)) : await guarded(app)
      // Of these two one is open: to remove an app needs what is asked for at the other.
      const closed = isConfirmation ? 'DELETE /factors/totp' : 'POST /confirm'
      const open = Object.values(ways).filter((one) => one !== ways[closed])
      const from = newPlace()
      for (let at = 0; at < 10; at += 1) {
        const one = at === 0 ? way : (open[at % open.length] as Way)
        const code = at % 2 ? neverIssued : { code: ann.wrong() }
        expect([401, 403]).toContain(await one(from, ann, code))
      }
      const [recovery_code = ''] = ann.recoveryCodes
      for (const code of [{ code: ann.wrong() }, { code: ann.next() }, { recovery_code }]) {
        for (const one of open) expect(await one(from, ann, code)).toBe(429)
      }
      // What was not looked at was not spent; and nobody elsewhere is limited.
      const login = ways['POST /login/factor'] as Way
      expect(await login(newPlace(), ann, { code: ann.next() })).toBe(200)
      expect(await login(newPlace(), ann, { recovery_code })).toBe(200)
    },
  )

  it('is ten tries of one network and thirty an hour of all, the owner’s devices aside', async () => {
    const ann = await guarded(app)
    const guess = async (from: App) =>
      outcome(await prove(from, await pendingOf(from, ann.person), { code: ann.wrong() }))
    const one = newPlace()
    const ofOne: (string | number)[] = []
    for (let at = 0; at < 12; at += 1) ofOne.push(await guess(one))
    expect(countsOf(ofOne)).toEqual({ wrong_code: 10, rate_limited: 2 })
    const ofMany: (string | number)[] = []
    for (let at = 0; at < 25; at += 1) ofMany.push(await guess(newPlace()))
    expect(countsOf(ofMany)).toEqual({ wrong_code: 20, rate_limited: 5 })
  })

  it('costs a try of the waiting sign-in and none of the app, where it is not looked at', async () => {
    const ann = await guarded(app)
    const from = newPlace()
    const guess = async () =>
      outcome(await prove(from, await pendingOf(from, ann.person), { code: ann.wrong() }))
    for (let round = 0; round < 20; round += 1) {
      for (let at = 0; at < 10; at += 1) await guess()
    }
    // A hundred wrong ones in a row would have disabled it.
    const pending = await pendingOf(newPlace(), ann.person)
    expect(await outcome(await prove(newPlace(), pending, { code: ann.next() }))).toBe(200)
  })
})

describe('two hundred codes at the same moment', () => {
  it('are ten from one network: no more are looked at', async () => {
    const [ann, from] = [await guarded(app), newPlace()]
    const pending: string[] = []
    for (let at = 0; at < 50; at += 1) pending.push(await pendingOf(from, ann.person))
    const guesses = Array.from({ length: 200 }, (_, at) =>
      prove(from, pending[at % 50] as string, { code: ann.wrong() }),
    )
    const outcomes = await Promise.all((await Promise.all(guesses)).map(outcome))
    expect(countsOf(outcomes)).toEqual({ wrong_code: 10, rate_limited: 190 })
  })
})
