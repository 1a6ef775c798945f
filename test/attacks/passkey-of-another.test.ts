import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type App, jsonOf, startApp } from '../support/app.ts'
import {
  addKey,
  confirmAsked,
  creation,
  factorAsked,
  type Keyed,
  keyed,
  removeKey,
  signInAsked,
  signInByKey,
} from '../support/passkeys.ts'
import {
  factorsOf,
  guarded,
  outcome,
  pendingOf,
  post,
  prove,
  remove,
} from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'
import { bearing } from '../support/tokens.ts'

const app = await startApp()
const { origin } = app
const ann = await keyed(app)
const bob = await keyed(app)

/** An answer by Bob's passkey to what somebody else was asked. */
// biome-ignore lint/suspicious/noExplicitAny: the options, as a browser passes them on unread.
const byBob = (publicKey: any, told: object = {}) =>
  bob.key.get({ ...publicKey, allowCredentials: [] }, { origin, ...told })

const never = () => `pk_${randomBytes(16).toString('base64url')}`
const annsHandle = ann.key.credentials[0]?.userHandle as Buffer

/** Honest, or pretending to be a passkey of Ann’s. */
const dressed: readonly [string, object][] = [
  ['as it is', {}],
  ['without a user handle', { userHandle: null }],
  ['with Ann’s user handle', { userHandle: annsHandle }],
  ['under the id of Ann’s', { credentialId: ann.key.credentials[0]?.id }],
]

describe.each(dressed)('Bob’s passkey, %s,', (_how, told) => {
  it('is no second step for Ann', async () => {
    const pending = await pendingOf(app, ann.person)
    const publicKey = await factorAsked(app, pending)
    expect(JSON.stringify(publicKey)).not.toContain(
      bob.key.credentials[0]?.id.toString('base64url'),
    )
    const credential = byBob(publicKey, told)
    const answer = await prove(app, pending, { credential } as never)
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toContain('session_id')
  })

  it('is no second step for somebody with an app and without a passkey', async () => {
    const cid = await guarded(app)
    const pending = await pendingOf(app, cid.person)
    const begun = await app.postJson('/login/factor/options', { pending_token: pending })
    const challenges = [(await signInAsked(app)).publicKey]
    if (begun.status === 200) challenges.push((await jsonOf(begun))['publicKey'])
    for (const publicKey of challenges) {
      const credential = byBob(publicKey, told)
      const answer = await prove(app, pending, { credential } as never)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(await answer.text()).not.toContain('session_id')
    }
  })

  it('confirms nothing for Ann', async () => {
    const credential = byBob(await confirmAsked(app, ann.cookie), told)
    const answer = await post(app, '/confirm', { credential }, ann.cookie)
    expect([401, 403]).toContain(answer.status)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await app.meStatus({ cookie: ann.cookie })).toBe(200)
  })

  it('removes neither Ann’s passkey nor an app', async () => {
    const credential = byBob(await confirmAsked(app, ann.cookie), told)
    const answer = await removeKey(app, ann.id, ann.cookie, { credential })
    expect([401, 403]).toContain(answer.status)
    expect(await factorsOf(app, ann.cookie)).toMatchObject({ passkeys: { count: 1 } })
    const cid = await guarded(app)
    const begun = await post(app, '/confirm/options', {}, cid.cookie)
    const publicKey = begun.status === 200 ? (await jsonOf(begun))['publicKey'] : undefined
    const forApp = byBob(publicKey ?? (await signInAsked(app)).publicKey, told)
    const kept = await remove(app, cid.cookie, { credential: forApp })
    expect(kept.status).toBeGreaterThanOrEqual(400)
    expect(await factorsOf(app, cid.cookie)).toMatchObject({ totp: { enabled: true } })
  })
})

it('a sign-in by passkey is whose passkey it is, whoever is signed in there', async () => {
  const eve = await keyed(app)
  const { cookie, publicKey } = await signInAsked(app)
  const credential = bob.key.get(publicKey, { origin })
  const body = { credential, transport: 'bearer', email: eve.person.email }
  const answer = await post(app, '/login/passkey', body, `${cookie}; ${eve.cookie}`)
  if (answer.status !== 200) return expect([400, 401, 422]).toContain(answer.status)
  const { session_id } = await jsonOf(answer)
  const me = await jsonOf(await app.get('/me', bearing(session_id)))
  expect(me['email']).toBe(bob.person.email)
})

describe('one credential id', () => {
  const claim = async (place: App, { cookie }: { readonly cookie: string }, attestedId: Buffer) => {
    const key = new SoftAuthenticator()
    const credential = await creation(place, cookie, key, { attestedId })
    return { key, send: () => post(place, '/passkeys', { credential }, cookie) }
  }

  it('of Ann’s is not added by Bob, and Ann keeps hers', async () => {
    const [eve, fay] = [await keyed(app), await keyed(app)]
    const { key, send } = await claim(app, fay, eve.key.credentials[0]?.id as Buffer)
    const answer = await send()
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await factorsOf(app, fay.cookie)).toMatchObject({ passkeys: { count: 1 } })
    expect((await signInByKey(app, key)).status).toBe(401)
    expect((await signInByKey(app, eve.key)).status).toBe(200)
    expect((await signInByKey(app, fay.key)).status).toBe(200)
  })

  it('claimed by sixteen accounts at once belongs to one', async () => {
    const attestedId = randomBytes(32)
    const claims = []
    for (let at = 0; at < 16; at += 1) {
      claims.push(
        await claim(app, { cookie: await app.cookieOf(await app.registered()) }, attestedId),
      )
    }
    const answers = await Promise.all(claims.map(({ send }) => send()))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    const signIns = await Promise.all(claims.map(({ key }) => signInByKey(app, key)))
    expect(signIns.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('Ann’s passkey', () => {
  const strangers: readonly [string, () => Promise<{ readonly cookie: string; proof: object }>][] =
    [
      ['with a passkey', async () => strangerWithKey()],
      [
        'with an app',
        async () => {
          const eve = await guarded(app)
          return { cookie: eve.cookie, proof: { code: eve.next() } }
        },
      ],
    ]

  const strangerWithKey = async () => {
    const eve: Keyed = await keyed(app)
    return { cookie: eve.cookie, proof: { recovery_code: eve.recoveryCodes[0] } }
  }

  it.each(strangers)('is not there for a stranger %s', async (_who, stranger) => {
    const { cookie, proof } = await stranger()
    const listed = await (await app.get('/passkeys', { cookie })).text()
    expect(listed).not.toContain(ann.id)
    const renamed = await post(app, `/passkeys/${ann.id}`, { name: 'Mine' }, cookie)
    expect([renamed.status, await outcome(renamed)]).toEqual([404, 'not_found'])
    const removed = await removeKey(app, ann.id, cookie, proof)
    expect([removed.status, await outcome(removed)]).toEqual([404, 'not_found'])
    const page = await app.get(`/account/security/passkeys/${ann.id}`, {
      cookie,
      accept: 'text/html',
    })
    expect(page.status).toBe(404)
    const csrf_token = await app.formTokenOf(cookie)
    const headers = { cookie, accept: 'text/html' }
    const form = async (action: string, id: string, fields: object) => {
      const all = { csrf_token, id, ...fields } as Record<string, string>
      const { status, headers: said } = await app.postForm(
        `/account/security/passkeys/${action}`,
        all,
        headers,
      )
      return [status, said.get('location')?.replace(id, 'ID'), said.getSetCookie()]
    }
    const renaming = await form('rename', ann.id, { name: 'Mine' })
    expect(renaming).toEqual(await form('rename', never(), { name: 'Mine' }))
    const [code] = Object.values(proof)
    const removal = await form('remove', ann.id, { code })
    expect(removal).toEqual(await form('remove', never(), { code }))
    const own = await jsonOf(await app.get('/passkeys', { cookie: ann.cookie }))
    expect(own['passkeys']).toMatchObject([{ id: ann.id, name: 'Key' }])
    expect((await signInByKey(app, ann.key)).status).toBe(200)
  })

  it('is answered as one that never was', async () => {
    const { cookie, proof } = await strangerWithKey()
    const unknown = never()
    const said = async (answer: Response) => {
      const { request_id: _, ...rest } = await jsonOf(answer)
      return { status: answer.status, ...rest }
    }
    const path = (id: string) => `/passkeys/${id}`
    expect(await said(await post(app, path(ann.id), { name: 'x' }, cookie))).toEqual(
      await said(await post(app, path(unknown), { name: 'x' }, cookie)),
    )
    expect(await said(await removeKey(app, ann.id, cookie, proof))).toEqual(
      await said(await removeKey(app, unknown, cookie, proof)),
    )
  })

  it('is not named to those who add one of theirs', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const begun = await (await post(app, '/passkeys/options', {}, cookie)).text()
    expect(begun).not.toContain(ann.key.credentials[0]?.id.toString('base64url'))
    expect(JSON.parse(begun).publicKey.excludeCredentials).toEqual([])
    const second = await addKey(app, cookie)
    expect((await signInByKey(app, second.key)).status).toBe(200)
  })
})
