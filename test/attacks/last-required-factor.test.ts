import { describe, expect, it } from 'vitest'
import { asJson, cookieIn, jsonOf, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import { addKey, confirmAsked, cookieNamed, keyed, removeKey } from '../support/passkeys.ts'
import {
  enrolment,
  factorsOf,
  outcome,
  pendingCookieOf,
  post,
  remove,
} from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'

const app = await startApp({ requireMfa: 'all' })
const { origin } = app
const times = (count: number) => Array.from({ length: count }, (_, at) => at)

/** Somebody who was made to set a passkey up, and has nothing else. */
async function withKey() {
  const person = await app.registered()
  const pending = await pendingCookieOf(app, person)
  const asked = await post(app, '/login/enrolment/passkey/options', {}, pending)
  const key = new SoftAuthenticator()
  const credential = key.create((await jsonOf(asked))['publicKey'], { origin })
  const done = await post(app, '/login/enrolment/passkey', { credential }, pending)
  expect(done.status, await done.clone().text()).toBe(200)
  const cookie = cookieNamed(done, 'sallyport') as string
  const { passkeys } = await jsonOf(await app.get('/passkeys', { cookie }))
  return { person, key, cookie, id: passkeys[0].id as string, codes: await codesIn(done) }
}

/** Somebody who was made to set an app up, and has nothing else. */
async function withApp() {
  const person = await app.registered()
  const pending = await pendingCookieOf(app, person)
  const { id, secret } = await jsonOf(await post(app, '/login/enrolment/app', {}, pending))
  const body = { id, code: codeNow(secret, app.clock.now()) }
  const done = await post(app, '/login/enrolment/app/confirm', body, pending)
  expect(done.status, await done.clone().text()).toBe(200)
  const cookie = cookieNamed(done, 'sallyport') as string
  const shown = (steps: number) => codeNow(secret, app.clock.now() + steps * 30_000)
  return { person, cookie, shown, codes: await codesIn(done) }
}

async function codesIn(answer: Response): Promise<readonly string[]> {
  return (await jsonOf(answer))['recovery_codes']
}

/** The app beside what is there; the session goes on, and the recovery codes stay what they were. */
async function addApp(cookie: string): Promise<string> {
  const { id, secret } = await enrolment(app, cookie)
  const body = { id, code: codeNow(secret, app.clock.now()) }
  const answer = await post(app, '/factors/totp/confirm', body, cookie)
  expect(answer.status, await answer.clone().text()).toBe(200)
  expect(await codesIn(answer.clone())).toBeUndefined()
  return cookieIn(answer)
}

const left = async (cookie: string): Promise<number> => {
  const said = (await factorsOf(app, cookie)) as Record<string, Record<string, unknown>>
  return Number(said['totp']?.['enabled']) + Number(said['passkeys']?.['count'])
}

const asksStill = async ({ email, password }: { email: string; password: string }) => {
  const answer = await app.postJson('/login', { email, password, transport: 'bearer' })
  const { requires_mfa, enrolment_required } = await jsonOf(answer)
  return requires_mfa === true && enrolment_required !== true
}

describe('the last second factor, where one is required,', () => {
  it('is not removed when it is a passkey, whatever proves who it is', async () => {
    const { person, key, cookie, id, codes } = await withKey()
    const proofs = [
      { credential: key.get(await confirmAsked(app, cookie), { origin }) },
      { recovery_code: codes[0] },
    ]
    for (const proof of proofs) {
      const answer = await removeKey(app, id, cookie, proof)
      expect([answer.status, await outcome(answer)]).toEqual([409, 'last_factor'])
    }
    expect(await left(cookie)).toBe(1)
    expect(await asksStill(person)).toBe(true)
  })

  it('is not removed when it is an app, whatever proves who it is', async () => {
    const { person, cookie, shown, codes } = await withApp()
    for (const proof of [{ code: shown(1) }, { recovery_code: codes[0] }]) {
      const answer = await remove(app, cookie, proof)
      expect([answer.status, await outcome(answer)]).toEqual([409, 'last_factor'])
    }
    expect(await left(cookie)).toBe(1)
    expect(await asksStill(person)).toBe(true)
  })

  it('is not removed by a form, which says why', async () => {
    const { cookie, id, codes } = await withKey()
    const phone = await withApp()
    for (const [session, path, fields] of [
      [cookie, '/account/security/passkeys/remove', { id, code: codes[0] }],
      [phone.cookie, '/account/security/app/remove', { code: phone.codes[0] }],
    ] as const) {
      const csrf_token = await app.formTokenOf(session)
      const form = { csrf_token, ...fields } as Record<string, string>
      const answer = await app.postForm(path, form, { cookie: session, accept: 'text/html' })
      expect([303, 409]).toContain(answer.status)
      expect(await left(session)).toBe(1)
    }
  })

  it('is either of two: one goes, the other stays', async () => {
    const person = await withKey()
    const { codes } = person
    const both = await addApp(person.cookie)
    expect(await left(both)).toBe(2)
    const first = await remove(app, both, { recovery_code: codes[0] })
    expect(first.status, await first.clone().text()).toBe(200)
    const cookie = cookieIn(first)
    const second = await removeKey(app, person.id, cookie, { recovery_code: codes[1] })
    expect([second.status, await outcome(second)]).toEqual([409, 'last_factor'])

    const other = await withKey()
    const two = await addKey(app, other.cookie)
    const gone = await removeKey(app, other.id, two.cookie, { recovery_code: other.codes[0] })
    expect(gone.status).toBe(200)
    const last = await removeKey(app, two.id, cookieIn(gone), { recovery_code: other.codes[1] })
    expect([last.status, await outcome(last)]).toEqual([409, 'last_factor'])
  })

  it('of app and passkey stays when sixteen remove both at once', async () => {
    for (const _ of times(3)) {
      const { person, cookie, id, codes } = await withKey()
      const both = await addApp(cookie)
      const answers = await Promise.all(
        times(16).map((at) => {
          const proof = { recovery_code: codes[at % 10] }
          return at % 2 ? removeKey(app, id, both, proof) : remove(app, both, proof)
        }),
      )
      const tally = answers.map(({ status }) => status)
      expect(tally.filter((status) => status === 200)).toHaveLength(1)
      expect(tally.filter((status) => status >= 500)).toEqual([])
      const now = answers.flatMap((each) => cookieNamed(each, 'sallyport') ?? [])
      expect(now).toHaveLength(1)
      expect(await left(now[0] as string)).toBe(1)
      expect(await asksStill(person)).toBe(true)
    }
  })

  it('of app and passkey stays when each is removed by a session of its own', async () => {
    for (const _ of times(3)) {
      const { person, key, cookie, id, codes } = await withKey()
      const both = await addApp(cookie)
      const begun = await app.postJson('/login/passkey/options', {})
      const { publicKey } = await jsonOf(begun.clone())
      const credential = key.get(publicKey, { origin })
      const signedIn = await post(app, '/login/passkey', { credential }, cookieIn(begun))
      const other = cookieNamed(signedIn, 'sallyport') as string
      const answers = await Promise.all(
        times(16).map((at) => {
          const proof = { recovery_code: codes[at % 10] }
          return at % 2 ? removeKey(app, id, both, proof) : remove(app, other, proof)
        }),
      )
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
      expect(answers.filter(({ status }) => status >= 500)).toEqual([])
      expect(await asksStill(person)).toBe(true)
    }
  })

  it('of two passkeys stays when sixteen remove both at once', async () => {
    const { person, cookie, id, codes } = await withKey()
    const second = await addKey(app, cookie)
    const answers = await Promise.all(
      times(16).map((at) =>
        removeKey(app, at % 2 ? id : second.id, second.cookie, { recovery_code: codes[at % 10] }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect(await asksStill(person)).toBe(true)
  })
})

it('where none is required, the last one goes like any other', async () => {
  const free = await startApp()
  const ann = await keyed(free)
  const [recovery_code] = ann.recoveryCodes
  const headers = { ...asJson, cookie: ann.cookie, origin: free.origin }
  const body = JSON.stringify({ recovery_code })
  const gone = await free.request('DELETE', `/passkeys/${ann.id}`, headers, body)
  expect(gone.status).toBe(200)
  expect(await factorsOf(free, cookieIn(gone))).toMatchObject({ mfa_enabled: false })
})
