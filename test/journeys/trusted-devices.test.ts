import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { cookieIn, type HeaderRecord, jsonOf, type Person, startApp } from '../support/app.ts'
import { CookieJar, credentialsIn, fieldIn } from '../support/cookie-jar.ts'
import { addKey, cookieNamed, signInByKey } from '../support/passkeys.ts'
import {
  guarded,
  outcome,
  pendingCookieOf,
  pendingOf,
  post,
  prove,
} from '../support/second-factor.ts'
import { partOf } from '../support/tokens.ts'

const app = await startApp()
const { origin } = app
const days = (count: number) => minutes(count * 24 * 60)

const devicesOf = async (headers: HeaderRecord) =>
  (await jsonOf(await app.get('/devices', headers)))['devices']

const signIn = ({ email, password }: Person, more: object, headers: HeaderRecord = {}) =>
  app.postJson('/login', { email, password, ...more }, headers)

describe.each(['cookie', 'token-cookie'] as const)('a program with %s', (transport) => {
  it('trusts its device, and signs in without a code for thirty days', async () => {
    const ann = await guarded(app)
    const code = ann.next()
    const full = await signIn(ann.person, { transport, totp_token: code, trust_device: true })
    expect(full.status).toBe(200)
    const line = full.headers.getSetCookie().find((each) => each.startsWith('sallyport_device='))
    expect(line).toMatch(
      /^sallyport_device=[\w-]{30,}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=(Lax|Strict)$/,
    )
    const cookie = cookieNamed(full, 'sallyport_device') as string
    expect(await full.clone().text()).not.toContain(cookie.split('=')[1])
    const first = await credentialsIn(app, full)
    const [device, ...more] = await devicesOf(first)
    expect(more).toEqual([])
    expect(Date.parse(device.expires_at) - Date.parse(device.created_at)).toBe(days(30))
    expect(
      await devicesOf({ ...first, cookie: [first['cookie'], cookie].filter(Boolean).join('; ') }),
    ).toMatchObject([{ id: device.id, current: true }])

    app.clock.advance(days(20))
    const again = await signIn(ann.person, { transport }, { cookie })
    const said = await jsonOf(again.clone())
    expect([again.status, said['requires_mfa']]).toEqual([200, undefined])
    const headers = await credentialsIn(app, again)
    expect(await app.meStatus(headers)).toBe(200)
    if (said['access_token']) {
      expect(partOf(said['access_token'], 1)).toMatchObject({ acr: 'aal1', amr: ['pwd'] })
    }
    expect(await outcome(await app.get('/sessions', headers))).toBe('reauthentication_required')
    const elsewhere = await signIn(ann.person, { transport })
    expect((await jsonOf(elsewhere))['requires_mfa']).toBe(true)

    app.clock.advance(days(10))
    const late = await signIn(ann.person, { transport }, { cookie })
    expect((await jsonOf(late))['requires_mfa']).toBe(true)
  })

  it('says so in the second step as well', async () => {
    const ann = await guarded(app)
    const body = { code: ann.next(), trust_device: true }
    const pending = await pendingCookieOf(app, ann.person, transport)
    const answer = await post(app, '/login/factor', body, pending)
    expect(answer.status).toBe(200)
    const cookie = cookieNamed(answer, 'sallyport_device') as string
    const again = await signIn(ann.person, { transport }, { cookie })
    expect(await app.meStatus(await credentialsIn(app, again))).toBe(200)
  })
})

it.each(['bearer', 'token'])(
  'is nothing for a program with %s, which keeps no cookies',
  async (transport) => {
    const ann = await guarded(app)
    const more = { transport, trust_device: true }
    const atOnce = await signIn(ann.person, { ...more, totp_token: ann.next() })
    const pending = await pendingOf(app, ann.person, transport)
    const code = { code: ann.next(), trust_device: true }
    for (const answer of [atOnce, await prove(app, pending, code)]) {
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    }
    expect(await devicesOf({ cookie: ann.cookie })).toEqual([])
  },
)

it('removes one device of two, and the other stays', async () => {
  const ann = await guarded(app)
  const full = async () => {
    const answer = await signIn(ann.person, { totp_token: ann.next(), trust_device: true })
    const device = cookieNamed(answer, 'sallyport_device') as string
    return { device, session: cookieNamed(answer, 'sallyport') as string }
  }
  const [first, second] = [await full(), await full()]
  const cookie = `${second.session}; ${second.device}`
  const listed = await devicesOf({ cookie })
  expect(listed).toHaveLength(2)
  const other = listed.find(({ current }: { current: boolean }) => !current)
  const gone = await app.request('DELETE', `/devices/${other.id}`, { cookie, origin })
  expect(gone.ok).toBe(true)
  expect(await devicesOf({ cookie })).toMatchObject([{ current: true }])
  const again = await app.request('DELETE', `/devices/${other.id}`, { cookie, origin })
  expect(again.status).toBe(404)
  const asks = async (device: string) =>
    (await signIn(ann.person, {}, { cookie: device }))
      .text()
      .then((t) => t.includes('requires_mfa'))
  expect([await asks(first.device), await asks(second.device)]).toEqual([true, false])
})

it('is trusted beside a passkey too, and the passkey needs no trust', async () => {
  const ann = await guarded(app)
  const { key } = await addKey(app, ann.cookie)
  const full = await signIn(ann.person, { totp_token: ann.next(), trust_device: true })
  const cookie = cookieNamed(full, 'sallyport_device') as string
  const again = await signIn(ann.person, { transport: 'bearer' }, { cookie })
  expect(await app.meStatus(await credentialsIn(app, again))).toBe(200)
  const byKey = await signInByKey(app, key, {}, { transport: 'bearer' })
  expect(await app.meStatus(await credentialsIn(app, byKey))).toBe(200)
})

describe('a browser with forms', () => {
  const trusted = async () => {
    const ann = await guarded(app)
    const { email, password } = ann.person
    const browser = new CookieJar(app)
    const first = await browser.submit('/login', { email, password })
    expect(first.headers.get('location')).toMatch(/^\/login\/factor/)
    expect(await browser.page('/login/factor')).toContain('name="trust_device"')
    const fields = { code: ann.next(), trust_device: 'yes' }
    const second = await browser.submit('/login/factor', fields)
    expect([second.status, second.headers.get('location')]).toEqual([303, '/dashboard'])
    expect(browser.has('sallyport_device')).toBe(true)
    return { ann, browser }
  }

  const signOut = async (browser: CookieJar) => {
    const csrf_token = fieldIn(await browser.page('/dashboard'), 'csrf_token')
    await browser.submit('/logout', { csrf_token })
    expect(browser.has('sallyport')).toBe(false)
  }

  it('ticks the box once, and is not asked again after signing out', async () => {
    const { ann, browser } = await trusted()
    await signOut(browser)
    expect(browser.has('sallyport_device')).toBe(true)
    const { email, password } = ann.person
    const again = await browser.submit('/login', { email, password })
    expect([again.status, again.headers.get('location')]).toEqual([303, '/dashboard'])
    const page = await browser.open('/account/sessions')
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/confirm?next=%2Faccount%2Fsessions',
    ])
    const confirm = await browser.page('/confirm?next=%2Faccount%2Fsessions')
    expect(confirm).toContain('name="code"')
    const fields = { csrf_token: fieldIn(confirm, 'csrf_token'), next: '/account/sessions' }
    const done = await browser.submit('/confirm', { ...fields, code: ann.next() })
    expect([done.status, done.headers.get('location')]).toEqual([303, '/account/sessions'])
    expect((await browser.open('/account/sessions')).status).toBe(200)
  })

  it('is asked for a code when the box is not ticked', async () => {
    const ann = await guarded(app)
    const { email, password } = ann.person
    const browser = new CookieJar(app)
    await browser.submit('/login', { email, password })
    await browser.submit('/login/factor', { code: ann.next() })
    expect([browser.has('sallyport'), browser.has('sallyport_device')]).toEqual([true, false])
    await signOut(browser)
    const again = await browser.submit('/login', { email, password })
    expect(again.headers.get('location')).toMatch(/^\/login\/factor/)
  })

  it('sees its devices, removes this one, and is asked again', async () => {
    const { ann, browser } = await trusted()
    const page = await browser.page('/account/security')
    const section = page.slice(page.indexOf('/account/security/devices/remove'))
    expect(section).not.toBe(page)
    const id = /name="id" value="(dv_[\w-]+)"/.exec(section)?.[1] as string
    const fields = { csrf_token: fieldIn(section, 'csrf_token'), id }
    const removed = await browser.submit('/account/security/devices/remove', fields)
    expect(removed.status).toBe(303)
    expect(await browser.page('/account/security')).not.toContain(id)
    await signOut(browser)
    const { email, password } = ann.person
    const again = await browser.submit('/login', { email, password })
    expect(again.headers.get('location')).toMatch(/^\/login\/factor/)
  })

  it('is still trusted after somebody else has signed in there', async () => {
    const { ann, browser } = await trusted()
    await signOut(browser)
    const bob = await guarded(app)
    const { email, password } = bob.person
    const first = await browser.submit('/login', { email, password })
    expect(first.headers.get('location')).toMatch(/^\/login\/factor/)
    await browser.submit('/login/factor', { code: bob.next() })
    expect(browser.has('sallyport')).toBe(true)
    await signOut(browser)
    const again = await browser.submit('/login', {
      email: ann.person.email,
      password: ann.person.password,
    })
    expect(again.headers.get('location')).toBe('/dashboard')
  })
})

it.each(['memory', 'sealed', 'filesystem'] as const)(
  'with sessions in %s a device is trusted, and distrusted with a new password',
  async (sessionStore) => {
    const place = await startApp({ sessionStore })
    const ann = await guarded(place)
    const { email, password } = ann.person
    const body = { email, password, totp_token: ann.next(), trust_device: true }
    const full = await place.postJson('/login', body)
    const cookie = cookieNamed(full, 'sallyport_device') as string
    const again = await place.postJson('/login', { email, password }, { cookie })
    expect(await place.meStatus({ cookie: cookieIn(again) })).toBe(200)
    const new_password = 'quiet meadow telescope'
    const session = cookieNamed(full, 'sallyport') as string
    const change = { current_password: password, new_password }
    expect((await post(place, '/password/change', change, session)).status).toBe(200)
    const late = await place.postJson('/login', { email, password: new_password }, { cookie })
    expect((await jsonOf(late))['requires_mfa']).toBe(true)
  },
)
