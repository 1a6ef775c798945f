import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, asJson, cookieIn, type Person, startApp } from '../support/app.ts'
import { addKey, cookieNamed, keyed, signInByKey, trustedSignIn } from '../support/passkeys.ts'
import { type Guarded, guarded, outcome, post, remove, setUp } from '../support/second-factor.ts'
import { bearing, partOf, tokensIn } from '../support/tokens.ts'

const app = await startApp()
const days = (count: number) => minutes(count * 24 * 60)
const [ann, bob] = [await guarded(app), await guarded(app)]
const { device } = await trustedSignIn(app, ann.person, ann.next())
const ofBob = await trustedSignIn(app, bob.person, bob.next())

/** What the right password gives beside these cookies. */
async function passwordGives(
  cookie: string,
  { email, password }: Person,
  place: App = app,
): Promise<'session' | 'second step' | number> {
  const body = { email, password, transport: 'bearer' }
  const answer = await place.postJson('/login', body, { cookie })
  const text = await answer.text()
  if (text.includes('"session_id"')) return 'session'
  return text.includes('"requires_mfa":true') ? 'second step' : answer.status
}

describe('the cookie of a trusted device', () => {
  it('is good for the account that trusted it', async () => {
    expect(await passwordGives(device, ann.person)).toBe('session')
    expect(await passwordGives(ofBob.device, bob.person)).toBe('session')
  })

  it('is worth nothing to another account', async () => {
    expect(await passwordGives(device, bob.person)).toBe('second step')
    expect(await passwordGives(ofBob.device, ann.person)).toBe('second step')
  })

  it('is worth nothing without the right password', async () => {
    const person = { ...ann.person, password: 'quiet meadow telescope' }
    expect(await passwordGives(device, person)).toBe(401)
    const nobody = { ...ann.person, email: 'nobody@mail.test.example' }
    expect(await passwordGives(device, nobody)).toBe(401)
  })

  it.each<[string, (token: string) => string]>([
    ['cut short', (token) => token.slice(0, -1)],
    ['made longer', (token) => `${token}A`],
    [
      'with another end',
      (token) => token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA'),
    ],
    ['with another middle', (token) => token.replace(/^(.{12})./, '$1~')],
    ['with its halves exchanged', (token) => token.slice(20) + token.slice(0, 20)],
    ['in capitals', (token) => token.toUpperCase()],
    ['empty', () => ''],
    ['the word true', () => 'true'],
    ['all letters A', (token) => token.replace(/(?<=_).*/, (rest) => 'A'.repeat(rest.length))],
  ])('forged, %s, is worth nothing', async (_how, forged) => {
    const [name, token] = device.split('=') as [string, string]
    expect(forged(token)).not.toBe(token)
    expect(await passwordGives(`${name}=${forged(token)}`, ann.person)).toBe('second step')
  })

  it('is not its id in the list, nor is one cookie another', async () => {
    const listed = await app.get('/devices', { cookie: ofBob.cookie })
    const { devices } = JSON.parse(await listed.text())
    expect(devices).toHaveLength(1)
    const token = ofBob.device.split('=')[1] as string
    expect(JSON.stringify(devices)).not.toContain(token)
    for (const cookie of [
      `sallyport_device=${devices[0].id}`,
      `sallyport=${token}`,
      `sallyport_login=${token}`,
      `Sallyport_Device=${token}`,
      `__Host-sallyport_device=${token}`,
    ]) {
      expect(await passwordGives(cookie, bob.person)).toBe('second step')
    }
    const header = { 'x-sallyport-device': token, ...bearing(token) }
    const { email, password } = bob.person
    const body = { email, password, transport: 'bearer', device: token, sallyport_device: token }
    const answer = await app.postJson('/login', body, header)
    expect(await answer.text()).not.toContain('session_id')
  })

  it('beside a second one of its name opens nothing for whose it is not', async () => {
    const cid = await guarded(app)
    for (const cookie of [`${device}; ${ofBob.device}`, `${ofBob.device}; ${device}`]) {
      expect(await passwordGives(cookie, cid.person)).not.toBe('session')
    }
    for (const cookie of [
      `${device}; sallyport_device=`,
      `sallyport_device=x; ${device}`,
      `${ofBob.device}; ${device}`,
    ]) {
      const given = await passwordGives(cookie, ann.person)
      // Whichever of the two is meant, a browser that sends both was tampered with.
      expect(given, cookie).not.toBe('session')
    }
  })
})

describe('a device is trusted no longer', () => {
  const headers = (cookie: string) => ({ cookie, origin: app.origin })

  it.each<[string, (eve: Guarded, session: string, device: string) => Promise<Person | undefined>]>(
    [
      [
        'when the password is changed',
        async ({ person }, session) => {
          const body = {
            current_password: person.password,
            new_password: 'quiet meadow telescope',
          }
          expect((await post(app, '/password/change', body, session)).status).toBe(200)
          return { ...person, password: body.new_password }
        },
      ],
      [
        'when a passkey is added',
        async (_eve, session) => {
          await addKey(app, session)
          return undefined
        },
      ],
      [
        'when the app is removed, and set up again',
        async (eve, session) => {
          const removed = await remove(app, session, { code: eve.next() })
          expect(removed.status).toBe(200)
          await setUp(app, cookieIn(removed))
          return undefined
        },
      ],
      [
        'when all other sessions are ended',
        async (_eve, session) => {
          expect((await app.request('DELETE', '/sessions', headers(session))).ok).toBe(true)
          return undefined
        },
      ],
      [
        'when the account was disabled, and enabled again',
        async ({ person }) => {
          await app.setStatus(person, 'disabled')
          await app.setStatus(person, 'active')
          return undefined
        },
      ],
      [
        'when it is removed from the list',
        async (_eve, session) => {
          const { devices } = JSON.parse(
            await (await app.get('/devices', { cookie: session })).text(),
          )
          const gone = await app.request('DELETE', `/devices/${devices[0].id}`, headers(session))
          expect(gone.ok).toBe(true)
          return undefined
        },
      ],
    ],
  )('%s', async (_when, change) => {
    const eve = await guarded(app)
    const trust = await trustedSignIn(app, eve.person, eve.next())
    expect(await passwordGives(trust.device, eve.person)).toBe('session')
    const person = (await change(eve, trust.cookie, trust.device)) ?? eve.person
    expect(await passwordGives(trust.device, person)).toBe('second step')
  })

  it('after thirty days, which neither use nor a wish makes longer', async () => {
    const place = await startApp()
    const eve = await guarded(place)
    const trust = await trustedSignIn(place, eve.person, eve.next())
    const { email, password } = eve.person
    place.clock.advance(days(29))
    for (const more of [{}, { trust_device: true }, { trust_device: true, transport: 'bearer' }]) {
      const body = { email, password, ...more }
      const answer = await place.postJson('/login', body, { cookie: trust.device })
      expect(answer.status).toBe(200)
      expect(answer.headers.getSetCookie().join()).not.toContain('sallyport_device=')
      expect(await answer.text()).not.toContain('requires_mfa')
    }
    place.clock.advance(days(1) - 1)
    expect(await passwordGives(trust.device, eve.person, place)).toBe('session')
    place.clock.advance(1)
    expect(await passwordGives(trust.device, eve.person, place)).toBe('second step')
  })
})

describe('trust', () => {
  it('is not given for less than a full sign-in', async () => {
    const { email, password } = ann.person
    const plain = await app.registered()
    const cat = await keyed(app)
    const body = { email, password, trust_device: true, transport: 'bearer' }
    const first = await app.postJson('/login', body)
    const pending_token = JSON.parse(await first.clone().text()).pending_token
    const wrong = { pending_token, code: ann.wrong(), trust_device: true }
    const answers = [
      first,
      await app.postJson('/login', { ...body, transport: 'cookie' }),
      await app.postJson('/login', { ...body, totp_token: ann.wrong() }),
      await app.postJson('/login/factor', wrong),
      await app.postJson('/login', { ...plain, full_name: undefined, trust_device: true }),
      await app.postJson('/login', {
        email: cat.person.email,
        password: cat.person.password,
        trust_device: true,
      }),
      await signInByKey(app, cat.key, {}, {}),
    ]
    for (const answer of answers) {
      expect(answer.headers.getSetCookie().join()).not.toContain('sallyport_device=')
    }
  })

  it('never stands for a factor where something is protected', async () => {
    const { email, password } = ann.person
    const signIn = await app.postJson('/login', { email, password }, { cookie: device })
    let cookie = cookieNamed(signIn, 'sallyport') as string
    const both = () => `${cookie}; ${device}`
    const passes = async () => {
      const on = { cookie: both(), origin: app.origin }
      const withBody = { ...asJson, ...on }
      const answers = [
        await app.get('/sessions', { cookie: both() }),
        await app.get('/devices', { cookie: both() }),
        await app.request('DELETE', '/sessions', on),
        await app.request('DELETE', '/devices/dv_AAAAAAAAAAAAAAAAAAAAAA', on),
        await post(app, '/passkeys/options', {}, both()),
        await post(app, '/factors/recovery-codes', {}, both()),
        await app.request(
          'DELETE',
          '/factors/totp',
          withBody,
          JSON.stringify({ code: ann.shown(1) }),
        ),
      ]
      return Promise.all(answers.map(outcome))
    }
    expect(new Set(await passes())).toEqual(new Set(['reauthentication_required']))
    const partly = await post(app, '/confirm', { password }, both())
    expect(JSON.parse(await partly.clone().text())).toMatchObject({ confirmed: false })
    cookie = cookieIn(partly)
    expect(new Set(await passes())).toEqual(new Set(['reauthentication_required']))
    // Nothing above has removed the trust, or the app.
    expect(await passwordGives(device, ann.person)).toBe('session')
    const whole = await post(app, '/confirm', { code: ann.next() }, both())
    expect(JSON.parse(await whole.clone().text())).toMatchObject({ confirmed: true })
    expect((await app.get('/devices', { cookie: cookieIn(whole) })).status).toBe(200)
  })

  it('is not claimed as a factor in tokens', async () => {
    const { email, password } = ann.person
    const body = { email, password, transport: 'token' }
    const tokens = await tokensIn(await app.postJson('/login', body, { cookie: device }))
    expect(partOf(tokens.access, 1)).toMatchObject({ acr: 'aal1', amr: ['pwd'] })
  })

  it('does not take the place of the password after a passkey that verified nobody', async () => {
    const eve = await guarded(app)
    const added = await addKey(app, eve.cookie, { userVerified: false })
    const trust = await trustedSignIn(app, eve.person, eve.next())
    const begun = await app.postJson('/login/passkey/options', {})
    const { publicKey } = JSON.parse(await begun.clone().text())
    const credential = added.key.get(publicKey, { origin: app.origin })
    const cookie = `${cookieIn(begun)}; ${trust.device}`
    const answer = await post(app, '/login/passkey', { credential }, cookie)
    expect(await answer.clone().text()).toContain('"requires_mfa":true')
    expect(cookieNamed(answer, 'sallyport')).toBeUndefined()
  })

  it('of somebody else is not listed, and not removed', async () => {
    const own = await trustedSignIn(app, bob.person, bob.next())
    const listed = await app.get('/devices', { cookie: own.cookie })
    const { devices } = JSON.parse(await listed.text())
    const eve = await guarded(app)
    const headers = { cookie: eve.cookie, origin: app.origin }
    expect(await (await app.get('/devices', headers)).text()).toBe('{"devices":[]}')
    for (const { id } of devices) {
      expect((await app.request('DELETE', `/devices/${id}`, headers)).status).toBe(404)
    }
    expect(await passwordGives(own.device, bob.person)).toBe('session')
  })

  it('is neither listed nor removed by a session that proved nothing lately', async () => {
    const eve = await guarded(app)
    const { device: kept, cookie } = await trustedSignIn(app, eve.person, eve.next())
    const { devices } = JSON.parse(await (await app.get('/devices', { cookie })).text())
    app.clock.advance(minutes(10) + 1)
    const headers = { cookie, origin: app.origin }
    expect(await outcome(await app.get('/devices', headers))).toBe('reauthentication_required')
    const gone = await app.request('DELETE', `/devices/${devices[0].id}`, headers)
    expect(await outcome(gone)).toBe('reauthentication_required')
    expect(await passwordGives(kept, eve.person)).toBe('session')
  })

  it('over https is kept to this host', async () => {
    const tls = await startApp({ url: 'https://id.mail.test.example' })
    const eve = await guarded(tls)
    const { email, password } = eve.person
    const body = { email, password, totp_token: eve.next(), trust_device: true }
    const answer = await tls.postJson('/login', body, { origin: tls.origin })
    const line = answer.headers.getSetCookie().find((each) => each.includes('sallyport_device='))
    expect(line).toMatch(
      /^__Host-sallyport_device=[\w-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=(Lax|Strict); Secure$/,
    )
    const cookie = line?.split(';')[0] as string
    expect(await passwordGives(cookie, eve.person, tls)).toBe('session')
    const bare = cookie.replace('__Host-', '')
    expect(await passwordGives(bare, eve.person, tls)).toBe('second step')
  })
})
