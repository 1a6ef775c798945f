import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../src/core/accounts/index.ts'
import type { AuditEntry } from '../../src/core/audit/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { asForm, cookieIn, jsonOf, type Person, startApp } from '../support/app.ts'
import {
  addKey,
  confirmAsked,
  confirmed,
  removeKey,
  signInByKey,
  trustedSignIn,
} from '../support/passkeys.ts'
import {
  attempt,
  cheapHashes,
  knownDeviceOf,
  seenFrom,
  strangersTry,
  trailOf,
  wrongPassword,
} from '../support/places.ts'
import { enrolment, pendingOf, post, prove, remove, setUp } from '../support/second-factor.ts'
import { refresh, tokensOf } from '../support/tokens.ts'

const home = '192.0.2.1'
const service = await startApp({
  ...cheapHashes,
  limits: 'registration=off,sign_in=off,sign_in_steps=off',
  sessionsPerAccount: 3,
})
const app = seenFrom(service, home)

/** Somebody, and what is written of them and of nobody else from one question to the next. */
async function ann(): Promise<{ id: AccountId; person: Person; written: () => string[] }> {
  const person = await app.registered()
  const id = trailOf(app).at(-1)?.subject as AccountId
  let read = trailOf(app).length
  const written = () => {
    const entries = trailOf(app).slice(read)
    read += entries.length
    return entries.map((entry) => told(entry, id))
  }
  return { id, person, written }
}

/** `login.succeeded success by ann: password`. Refusals of names that nobody has are of `nobody`. */
function told({ type, outcome, actor, subject, details }: AuditEntry, ann: AccountId): string {
  const by = actor === ann ? 'ann' : actor
  const of = subject === undefined ? ' of nobody' : subject === ann ? '' : ' of another'
  const more = [
    'cause' in details && details.cause,
    'method' in details && details.method,
    'methods' in details && details.methods.join('+'),
    'due' in details && `then ${details.due}`,
    'budget' in details && details.budget,
    'left' in details && details.left,
    'failures' in details && details.failures,
  ].filter((one) => one !== false)
  return `${type} ${outcome} by ${by}${of}${more.length > 0 ? `: ${more.join(', ')}` : ''}`
}

const another = 'another lantern entirely'

describe('the audit trail has, with what was done', () => {
  it('a registration, and the next one of the same address', async () => {
    const { person, written } = await ann()
    const first = trailOf(app).at(-1)
    expect(first).toMatchObject({ type: 'account.registered', outcome: 'success' })
    expect(first?.actor).toBe(first?.subject)
    await app.postJson('/register', person)
    expect(written()).toEqual(['account.registration_refused refused by stranger'])
  })

  it('sign-ins, and why they were refused', async () => {
    const { person, written } = await ann()
    await attempt(service, home, { email: person.email })
    await attempt(service, home, { email: 'nobody@mail.test.example' })
    await app.cookieOf(person)
    await service.setStatus(person, 'disabled')
    await attempt(service, home, person)
    expect(written()).toEqual([
      'login.refused refused by stranger: wrong_password',
      'login.refused refused by stranger of nobody: unknown_account',
      'login.succeeded success by ann: password',
      'login.refused refused by stranger: disabled_account',
    ])
  })

  it('from where, by what browser, in which session and when', async () => {
    const { id, person } = await ann()
    const at = service.clock.now()
    const agent = 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/151.0'
    await attempt(service, '203.0.113.80', person, { 'user-agent': agent })
    const entry = trailOf(app).at(-1)
    expect(entry).toMatchObject({ at, subject: id, client: { agent, address: '203.0.113.80' } })
    const [session] = await service.auth.sessions.list(id)
    expect(entry?.session).toBe(session?.id)
  })

  it('an app that is set up, its codes right and wrong, and its removal', async () => {
    const { person, written } = await ann()
    const cookie = await app.cookieOf(person)
    const { id, secret } = await enrolment(app, cookie)
    expect(secret).not.toBe('')
    await post(app, '/factors/totp/confirm', { id, code: '000000' }, cookie)
    const guarded = await setUp(app, cookie)
    await app.postJson('/login', { ...person, totp_token: guarded.wrong() })
    const pending = await pendingOf(app, person)
    await prove(app, pending, { code: guarded.wrong() })
    await prove(app, pending, { code: guarded.next() })
    await prove(app, await pendingOf(app, person), { recovery_code: guarded.recoveryCodes[0] })
    await post(app, '/factors/recovery-codes', {}, guarded.cookie)
    await remove(app, guarded.cookie, { code: guarded.wrong() })
    expect((await remove(app, guarded.cookie, { code: guarded.next() })).status).toBe(200)
    expect(written()).toEqual([
      'login.succeeded success by ann: password',
      'totp.added success by ann',
      'recovery_codes.made success by ann',
      'login.refused refused by stranger: wrong_code',
      'login.waiting success by ann: password, then proof',
      'login.refused refused by stranger: wrong_code',
      'login.succeeded success by ann: password+totp',
      'login.waiting success by ann: password, then proof',
      'recovery_code.used success by ann: 9',
      'login.succeeded success by ann: password+recovery_code',
      'recovery_codes.made success by ann',
      'confirmation.refused refused by ann: totp',
      'totp.removed success by ann',
    ])
  })

  it('an app that is disabled by guesses', async () => {
    const open = await startApp({ ...cheapHashes, limits: 'all=off' })
    const person = await open.registered()
    const guarded = await setUp(open, await open.cookieOf(person))
    for (let at = 0; at < 100; at += 1) {
      await open.postJson('/login', { ...person, totp_token: guarded.wrong() })
    }
    const alarms = trailOf(open).filter(({ outcome }) => outcome === 'alarm')
    expect(alarms).toMatchObject([
      { type: 'totp.disabled', actor: 'stranger', details: { failures: 100 } },
    ])
  })

  it('a passkey that is added, used and taken away', async () => {
    const { person, written } = await ann()
    const { key, id, cookie, recoveryCodes } = await addKey(app, await app.cookieOf(person))
    const byKey = await signInByKey(app, key)
    expect(byKey.status).toBe(200)
    const wrongly = { ...key.get(await confirmAsked(app, cookie), { origin: app.origin }), id: 'x' }
    expect((await removeKey(app, id, cookie, { credential: wrongly })).status).toBe(403)
    const [recovery_code] = recoveryCodes
    expect((await removeKey(app, id, cookie, { recovery_code })).status).toBe(200)
    expect(written()).toEqual([
      'login.succeeded success by ann: password',
      'passkey.added success by ann',
      'recovery_codes.made success by ann',
      'login.succeeded success by ann: passkey',
      'confirmation.refused refused by ann: passkey',
      'recovery_code.used success by ann: 9',
      'passkey.removed success by ann',
    ])
  })

  it('a device that is trusted, signs in by that, and is trusted no more', async () => {
    const { person, written } = await ann()
    const guarded = await setUp(app, await app.cookieOf(person))
    const { device, cookie } = await trustedSignIn(app, person, guarded.next())
    await app.postJson('/login', person, { cookie: device, origin: app.origin })
    const { devices } = await jsonOf(await app.get('/devices', { cookie }))
    const headers = { cookie, origin: app.origin }
    const removed = await app.request('DELETE', `/devices/${devices[0].id}`, headers)
    expect(removed.status).toBe(200)
    expect(written().slice(3)).toEqual([
      'login.succeeded success by ann: password+totp',
      'device.trusted success by ann',
      'login.succeeded success by ann: password+trusted_device',
      'device.removed success by ann',
    ])
  })

  it('a confirmation, and a change of the password', async () => {
    const { person, written } = await ann()
    let cookie = await app.cookieOf(person)
    await post(app, '/confirm', { password: wrongPassword }, cookie)
    cookie = await confirmed(app, cookie, { password: person.password })
    const change = (current_password: string) =>
      post(app, '/password/change', { current_password, new_password: another }, cookie)
    expect((await change(wrongPassword)).status).toBe(403)
    expect((await change(person.password)).status).toBe(200)
    expect(written()).toEqual([
      'login.succeeded success by ann: password',
      'confirmation.refused refused by ann: password',
      'confirmation.succeeded success by ann: password',
      'password.change_refused refused by ann',
      'password.changed success by ann',
    ])
  })

  it('the end of sessions by their owner: signed out, ended from elsewhere, replaced', async () => {
    const { person, written } = await ann()
    let cookie = await app.cookieOf(person)
    await app.cookieOf(person)
    const others = await app.request('DELETE', '/sessions', { cookie, origin: app.origin })
    cookie = cookieIn(others)
    await app.cookieOf(person)
    const { sessions } = await jsonOf(await app.get('/sessions', { cookie }))
    const one = sessions.find(({ current }: { current: boolean }) => !current)
    await app.request('DELETE', `/sessions/${one.id}`, { cookie, origin: app.origin })
    cookie = cookieIn(await app.postJson('/login', person, { cookie, origin: app.origin }))
    await app.postJson('/logout', {}, { cookie, origin: app.origin })
    expect(written().filter((line) => !line.startsWith('login'))).toEqual([
      'sessions.ended success by ann: ended_by_owner',
      'session.ended success by ann: ended_by_owner',
      'session.ended success by ann: replaced',
      'session.ended success by ann: signed_out',
    ])
  })

  it('the end of sessions by others: because there are too many, or by an operator', async () => {
    const { id, person, written } = await ann()
    for (let at = 0; at < 4; at += 1) await app.cookieOf(person)
    const [first] = await service.auth.sessions.list(id)
    await service.auth.sessions.revoke(id, first?.id as never)
    await service.auth.sessions.revokeAll(id)
    expect(written().filter((line) => !line.startsWith('login'))).toEqual([
      'session.ended success by ann: too_many_sessions',
      'session.ended success by operator: ended_by_operator',
      'sessions.ended success by operator: ended_by_operator',
    ])
  })

  it('an old refresh token that is used once more, once; and a token that is revoked', async () => {
    const { person, written } = await ann()
    const stolen = await tokensOf(app, person)
    await refresh(app, stolen.refresh)
    service.clock.advance(minutes(1))
    for (let at = 0; at < 3; at += 1) await refresh(app, stolen.refresh)
    const { refresh: token } = await tokensOf(app, person)
    const fields = new URLSearchParams({ token }).toString()
    expect((await app.request('POST', '/revoke', asForm, fields)).status).toBe(200)
    expect(written()).toEqual([
      'login.succeeded success by ann: password',
      'token.reused alarm by stranger',
      'login.succeeded success by ann: password',
      'session.ended success by ann: token_revoked',
    ])
  })

  it('limits that were reached, wherever, with the account where there is one', async () => {
    const { person, written } = await ann()
    const cookie = await app.cookieOf(person)
    const known = await knownDeviceOf(service, person, home)
    written()
    for (let at = 0; at < 7; at += 1) await attempt(service, home, { email: person.email })
    const there = seenFrom(service, '203.0.113.81')
    for (let at = 0; at < 7; at += 1) {
      await post(there, '/confirm', { password: wrongPassword }, `${cookie}; ${known}`)
    }
    for (let at = 0; at < 7; at += 1) {
      await attempt(service, home, { email: 'nobody.else@mail.test.example' })
    }
    expect(written().filter((line) => line.startsWith('limit'))).toEqual([
      'limit.reached refused by stranger: password',
      'limit.reached refused by stranger: password',
      'limit.reached refused by stranger of nobody: password',
    ])
  })

  it('a hundred failures in a row, what they keep out, and who lets it in again', async () => {
    const { id, person, written } = await ann()
    for (let hour = 0; hour < 4; hour += 1) {
      await strangersTry(service, person, { from: 2000 + 30 * hour, count: 25 })
      service.clock.advance(minutes(61))
    }
    await attempt(service, '203.0.113.82', person)
    await service.auth.accounts.unlock(id)
    expect(written().slice(-4)).toEqual([
      'login.refused refused by stranger: wrong_password',
      'password.capped alarm by stranger: 100',
      'login.refused refused by stranger: password_capped',
      'account.unlocked success by operator: 100',
    ])
  })
})
