import { randomBytes } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { jsonOf, startApp } from '../support/app.ts'
import {
  addKey,
  confirmAsked,
  creation,
  factorAsked,
  keyed,
  signInAsked,
  signInByKey,
} from '../support/passkeys.ts'
import { factorsOf, outcome, pendingOf, post, prove } from '../support/second-factor.ts'
import { type Assertion, type Creation, flag, SoftAuthenticator } from '../support/soft-passkey.ts'

const app = await startApp()
const { origin } = app
const ann = await keyed(app)
const bob = await keyed(app)
const annsKey = ann.key.credentials[0] as NonNullable<(typeof ann.key.credentials)[0]>
const bobsKey = bob.key.credentials[0] as NonNullable<(typeof bob.key.credentials)[0]>

const times = (count: number) => Array.from({ length: count }, (_, at) => at)
const session = async (): Promise<string> =>
  (await signInByKey(app, ann.key)).headers.getSetCookie()[0]?.split(';')[0] as string

/** Where a passkey is asked for: what is asked, and how an answer to it is given. */
interface Asking {
  // biome-ignore lint/suspicious/noExplicitAny: the options, as a browser passes them on unread.
  readonly publicKey: any
  answer(credential: unknown): Promise<Response>
}

/** A pending login takes five tries, and a password each time it begins. */
let tries = 0
let pending = ''

const places: Readonly<Record<string, () => Promise<Asking>>> = {
  'signing in': async () => {
    const { cookie, publicKey } = await signInAsked(app)
    const answer = (credential: unknown) =>
      post(app, '/login/passkey', { credential, transport: 'bearer' }, cookie)
    return { publicKey, answer }
  },
  'the second step': async () => {
    if (tries % 4 === 0) pending = await pendingOf(app, ann.person)
    tries += 1
    const token = pending
    const publicKey = await factorAsked(app, token)
    return { publicKey, answer: (credential) => prove(app, token, { credential } as never) }
  },
  confirming: async () => {
    const cookie = await session()
    const publicKey = await confirmAsked(app, cookie)
    return { publicKey, answer: (credential) => post(app, '/confirm', { credential }, cookie) }
  },
}

/** What comes of an answer: did it prove anything? */
async function proves(answer: Response): Promise<boolean> {
  const text = await answer.text()
  expect(answer.status, text).toBeLessThan(500)
  if (answer.status !== 200) {
    expect(answer.status, text).toBeGreaterThanOrEqual(400)
    expect(answer.headers.getSetCookie().join()).not.toMatch(/sallyport=s/)
    expect(text).not.toMatch(/session_id|access_token|"confirmed"/)
  }
  return answer.status === 200
}

const flipped = (text: string, at: number): string => {
  const bytes = Buffer.from(text, 'base64url')
  const index = at < 0 ? bytes.length + at : at
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index)
  return bytes.toString('base64url')
}

const changed = (
  credential: AuthenticationResponseJSON,
  response: Partial<AuthenticationResponseJSON['response']>,
): unknown => ({ ...credential, response: { ...credential.response, ...response } })

const lies: readonly [string, Partial<Assertion>][] = [
  ['another site', { origin: 'https://evil.example' }],
  ['a site whose name ends alike', { origin: 'http://badlocalhost:8000' }],
  ['a site whose name begins alike', { origin: 'http://localhost.evil.example:8000' }],
  ['a site below ours', { origin: 'http://evil.localhost:8000' }],
  ['another port', { origin: 'http://localhost:9000' }],
  ['no port', { origin: 'http://localhost' }],
  ['another scheme', { origin: 'https://localhost:8000' }],
  ['an origin with a path', { origin: 'http://localhost:8000/' }],
  ['an origin that is null', { origin: 'null' }],
  ['an app of a phone', { origin: 'android:apk-key-hash:AAAA' }],
  ['an authenticator data of another site', { rpId: 'evil.example' }],
  ['an authenticator data of a site below', { rpId: 'evil.localhost' }],
  ['an authenticator data of the address', { rpId: '127.0.0.1' }],
  ['a frame of another site', { crossOrigin: true }],
  ['a frame, by its top origin', { crossOrigin: true, topOrigin: 'https://evil.example' }],
  ['a top origin without a frame', { topOrigin: 'https://evil.example' }],
  ['a creation', { type: 'webauthn.create' }],
  ['a payment', { type: 'payment.get' }],
  ['no type', { type: '' }],
  ['a challenge of its own', { challenge: randomBytes(68).toString('base64url') }],
  ['an empty challenge', { challenge: '' }],
  ['nobody present', { flags: flag.userVerified }],
  ['no flags', { flags: 0 }],
  [
    'a backup of what cannot be backed up',
    { flags: flag.userPresent | flag.userVerified | flag.backedUp },
  ],
  ['a client data that is no JSON', { clientDataJSON: 'challenge' }],
  ['a client data that is null', { clientDataJSON: 'null' }],
  ['an empty client data', { clientDataJSON: '' }],
  ['a signature of nothing', { signature: () => Buffer.alloc(64) }],
  ['an empty signature', { signature: () => Buffer.alloc(0) }],
  [
    'a signature with another end',
    { signature: (_, genuine) => Buffer.concat([genuine, Buffer.alloc(1)]) },
  ],
  ['an unknown passkey', { credentialId: randomBytes(32) }],
  ['an empty passkey', { credentialId: Buffer.alloc(0) }],
  ['the passkey of somebody else', { credentialId: bobsKey.id }],
  ['the account of somebody else', { userHandle: bobsKey.userHandle }],
  [
    'the passkey and account of somebody else',
    { credentialId: bobsKey.id, userHandle: bobsKey.userHandle },
  ],
  ['an account that is nobody', { userHandle: randomBytes(26) }],
]

const mutations: readonly [string, (genuine: AuthenticationResponseJSON) => unknown][] = [
  [
    'a signature with one bit changed',
    (c) => changed(c, { signature: flipped(c.response.signature, -1) }),
  ],
  [
    'a counter put there afterwards',
    (c) => changed(c, { authenticatorData: flipped(c.response.authenticatorData, -1) }),
  ],
  [
    'flags put there afterwards',
    (c) => changed(c, { authenticatorData: flipped(c.response.authenticatorData, 32) }),
  ],
  [
    'a client data written anew',
    (c) =>
      changed(c, {
        clientDataJSON: Buffer.from(
          JSON.stringify(
            JSON.parse(Buffer.from(c.response.clientDataJSON, 'base64url').toString()),
            null,
            1,
          ),
        ).toString('base64url'),
      }),
  ],
  ['two ids', (c) => ({ ...c, rawId: bobsKey.id.toString('base64url') })],
  ['another type of credential', (c) => ({ ...c, type: 'password' })],
  ['no response', ({ response: _, ...rest }) => rest],
  ['a list', (c) => [c]],
  ['nothing', () => null],
  ['true', () => true],
  ['a text that is no JSON', () => 'credential'],
  [
    'names of every object',
    () => ({ id: '__proto__', rawId: '__proto__', type: 'public-key', response: {} }),
  ],
]

describe.each(Object.entries(places))('%s with a passkey', (place, ask) => {
  it('works when all is true, and once', async () => {
    const { publicKey, answer } = await ask()
    const credential = ann.key.get(publicKey, { origin })
    expect(await proves(await answer(credential))).toBe(true)
    expect(await proves(await answer(credential))).toBe(false)
    const again = ann.key.get(publicKey, { origin })
    expect(await proves(await answer(again))).toBe(false)
    tries = 0
  })

  it.each(lies)('is refused with %s', async (_what, told) => {
    const { publicKey, answer } = await ask()
    const listed = { ...publicKey, allowCredentials: [] }
    const credential = ann.key.get(listed, { origin, ...told })
    expect(await proves(await answer(credential))).toBe(false)
  })

  it.each(mutations)('is refused with %s', async (_what, mutate) => {
    const { publicKey, answer } = await ask()
    expect(await proves(await answer(mutate(ann.key.get(publicKey, { origin }))))).toBe(false)
  })

  it('is refused by the key of somebody else under the id of this one', async () => {
    const { publicKey, answer } = await ask()
    const told = { origin, credentialId: annsKey.id, userHandle: annsKey.userHandle }
    const credential = bob.key.get({ ...publicKey, allowCredentials: [] }, told)
    expect(await proves(await answer(credential))).toBe(false)
  })

  it('one answer given sixteen times at once is taken once', async () => {
    tries = 0
    const { publicKey, answer } = await ask()
    const credential = ann.key.get(publicKey, { origin })
    const answers = await Promise.all(times(16).map(() => answer(credential)))
    const taken = await Promise.all(answers.map(proves))
    expect(taken.filter(Boolean)).toHaveLength(1)
    tries = 0
  })

  it('ends five minutes after it was asked', async () => {
    tries = 0
    const [first, second] = [await ask(), await ask()]
    const both = [first, second].map(({ publicKey }) => ann.key.get(publicKey, { origin }))
    app.clock.advance(minutes(5) - 1)
    if (place !== 'the second step') {
      expect(await proves(await first.answer(both[0]))).toBe(true)
    }
    app.clock.advance(1)
    expect(await proves(await second.answer(both[1]))).toBe(false)
    tries = 0
  })

  it('is good until the last moment of five minutes', async () => {
    tries = 0
    const { publicKey, answer } = await ask()
    const credential = ann.key.get(publicKey, { origin })
    app.clock.advance(minutes(5) - 1)
    expect(await proves(await answer(credential))).toBe(true)
    tries = 0
  })

  it.each(Object.keys(places).filter((other) => other !== place))(
    'does not answer what was asked when %s',
    async (other) => {
      const asked = await (places[other] as () => Promise<Asking>)()
      const { publicKey, answer } = await ask()
      const { challenge } = asked.publicKey
      const credential = ann.key.get(publicKey, { origin, challenge })
      expect(await proves(await answer(credential))).toBe(false)
      expect(await proves(await asked.answer(ann.key.get(asked.publicKey, { origin })))).toBe(true)
      tries = 0
    },
  )

  it('does not answer what was asked of a new passkey', async () => {
    const cookie = await session()
    const begun = await jsonOf(await post(app, '/passkeys/options', {}, cookie))
    const { challenge } = begun['publicKey']
    const { publicKey, answer } = await ask()
    for (const type of ['webauthn.get', 'webauthn.create']) {
      const credential = ann.key.get(publicKey, { origin, challenge, type })
      expect(await proves(await answer(credential))).toBe(false)
    }
    tries = 0
  })

  it('does not answer what was asked elsewhere in the same way', async () => {
    tries = 0
    const first = await ask()
    tries = 0
    const second = await ask()
    const swapped = ann.key.get(first.publicKey, { origin })
    expect(await proves(await second.answer(swapped))).toBe(false)
    expect(await proves(await first.answer(swapped))).toBe(true)
    tries = 0
  })
})

describe('the cookie of a sign-in by passkey', () => {
  it.each(['', 'sallyport_passkey=', 'sallyport_passkey=AAAAAAAAAAAAAAAAAAAAAA', 'other=1'])(
    'is needed: «%s» is none',
    async (cookie) => {
      const { publicKey } = await signInAsked(app)
      const credential = ann.key.get(publicKey, { origin })
      expect(await proves(await post(app, '/login/passkey', { credential }, cookie))).toBe(false)
    },
  )

  it('is that of the browser which was asked, not of another account’s browser', async () => {
    const [mine, theirs] = [await signInAsked(app), await signInAsked(app)]
    const credential = ann.key.get(mine.publicKey, { origin })
    const planted = await post(app, '/login/passkey', { credential }, theirs.cookie)
    expect(await proves(planted)).toBe(false)
    expect(await proves(await post(app, '/login/passkey', { credential }, mine.cookie))).toBe(true)
  })

  it('is no session and no pending login', async () => {
    const { cookie } = await signInAsked(app)
    const token = cookie.split('=')[1] as string
    for (const value of [token, `ses_${token}`, `pnd_${token}`]) {
      expect(await app.meStatus({ cookie: `sallyport=${value}` })).toBe(401)
      expect(await app.meStatus({ authorization: `Bearer ${value}` })).toBe(401)
    }
  })

  it('comes with a sign-in that says whose it is', async () => {
    const { cookie, publicKey } = await signInAsked(app)
    const credential = ann.key.get(publicKey, { origin, userHandle: null })
    expect(await proves(await post(app, '/login/passkey', { credential }, cookie))).toBe(false)
  })
})

describe('a passkey that counts its signatures', () => {
  it('is refused when it counts backwards, stands still, or begins again', async () => {
    const eve = await keyed(app, undefined, { counts: true })
    const at = async (counter: number) => proves(await signInByKey(app, eve.key, { counter }))
    expect(await at(20)).toBe(true)
    expect(await at(20)).toBe(false)
    expect(await at(19)).toBe(false)
    expect(await at(1)).toBe(false)
    expect(await at(0)).toBe(false)
  })

  it('copied, signs in on one of two devices at once with the same count', async () => {
    const eve = await keyed(app, undefined, { counts: true })
    const asked = await Promise.all(times(16).map(() => signInAsked(app)))
    const answers = await Promise.all(
      asked.map(({ cookie, publicKey }) => {
        const credential = eve.key.get(publicKey, { origin, counter: 9 })
        return post(app, '/login/passkey', { credential }, cookie)
      }),
    )
    const taken = await Promise.all(answers.map(proves))
    expect(taken.filter(Boolean)).toHaveLength(1)
  })

  it('is refused in the second step and in confirming as well', async () => {
    const eve = await keyed(app, undefined, { counts: true })
    expect(await proves(await signInByKey(app, eve.key, { counter: 50 }))).toBe(true)
    const token = await pendingOf(app, eve.person)
    const asked = await factorAsked(app, token)
    const credential = eve.key.get(asked, { origin, counter: 50 })
    expect(await proves(await prove(app, token, { credential } as never))).toBe(false)
    const confirm = await confirmAsked(app, eve.cookie)
    const late = eve.key.get(confirm, { origin, counter: 49 })
    expect(await proves(await post(app, '/confirm', { credential: late }, eve.cookie))).toBe(false)
  })
})

describe('a new passkey', () => {
  const untrue: readonly [string, Partial<Creation>][] = [
    ['another site', { origin: 'https://evil.example' }],
    ['a site whose name ends alike', { origin: 'http://badlocalhost:8000' }],
    ['another port', { origin: 'http://localhost:9000' }],
    ['an authenticator data of another site', { rpId: 'evil.example' }],
    ['a frame of another site', { crossOrigin: true, topOrigin: 'https://evil.example' }],
    ['a top origin without a frame', { topOrigin: 'https://evil.example' }],
    ['a signing in', { type: 'webauthn.get' }],
    ['a challenge of its own', { challenge: randomBytes(68).toString('base64url') }],
    ['nobody present', { flags: flag.attested | flag.userVerified }],
    ['no passkey inside', { flags: flag.userPresent | flag.userVerified }],
    ['another id than it attests', { credentialId: randomBytes(32) }],
    ['an id that is too long', { attestedId: randomBytes(1024) }],
    ['a key that is none', { publicKey: Buffer.from('a0', 'hex') }],
    ['a client data that is no JSON', { clientDataJSON: '{' }],
  ]

  it.each(untrue)('is refused with %s', async (_what, told) => {
    const cookie = await session()
    const credential = await creation(app, cookie, new SoftAuthenticator(), told)
    const answer = await post(app, '/passkeys', { credential }, cookie)
    expect(await proves(answer)).toBe(false)
    expect(await factorsOf(app, cookie)).toMatchObject({ passkeys: { count: 1 } })
  })

  it('is added once by sixteen at once, and not again', async () => {
    const eve = await app.registered()
    const cookie = await app.cookieOf(eve)
    const credential = await creation(app, cookie, new SoftAuthenticator())
    const answers = await Promise.all(
      times(16).map(() => post(app, '/passkeys', { credential }, cookie)),
    )
    const added = answers.filter(({ status }) => status === 201)
    expect(added).toHaveLength(1)
    for (const { status } of answers) expect(status).toBeLessThan(500)
    const now = added[0]?.headers.getSetCookie()[0]?.split(';')[0] as string
    const replay = await post(app, '/passkeys', { credential }, now)
    expect([replay.status, await replay.text()]).not.toContain(201)
    expect(await factorsOf(app, now)).toMatchObject({ passkeys: { count: 1 } })
  })

  it('is that of the session which was asked', async () => {
    const eve = await app.registered()
    const [mine, other] = [await app.cookieOf(eve), await app.cookieOf(eve)]
    const theirs = await app.cookieOf(await app.registered())
    const credential = await creation(app, mine, new SoftAuthenticator())
    for (const cookie of [other, theirs]) {
      const answer = await post(app, '/passkeys', { credential }, cookie)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(await factorsOf(app, cookie)).toMatchObject({ passkeys: { count: 0 } })
    }
    expect((await post(app, '/passkeys', { credential }, mine)).status).toBe(201)
  })

  it('does not answer what was asked of one that is there', async () => {
    const cookie = await session()
    for (const { challenge } of [
      (await signInAsked(app)).publicKey,
      await factorAsked(app, await pendingOf(app, ann.person)),
      await confirmAsked(app, cookie),
    ]) {
      const credential = await creation(app, cookie, new SoftAuthenticator(), { challenge })
      const answer = await post(app, '/passkeys', { credential }, cookie)
      expect(await proves(answer)).toBe(false)
    }
    expect(await factorsOf(app, cookie)).toMatchObject({ passkeys: { count: 1 } })
  })

  it('ends five minutes after it was asked', async () => {
    const eve = await app.registered()
    const cookie = await app.cookieOf(eve)
    const credential = await creation(app, cookie, new SoftAuthenticator())
    app.clock.advance(minutes(5))
    expect((await post(app, '/passkeys', { credential }, cookie)).status).toBeGreaterThan(399)
    const second = await creation(app, cookie, new SoftAuthenticator())
    app.clock.advance(minutes(5) - 1)
    expect((await post(app, '/passkeys', { credential: second }, cookie)).status).toBe(201)
  })

  it('is not one that is there already', async () => {
    const eve = await keyed(app)
    const attestedId = eve.key.credentials[0]?.id as Buffer
    const told = { attestedId }
    const credential = await creation(app, eve.cookie, new SoftAuthenticator(), told)
    const answer = await post(app, '/passkeys', { credential }, eve.cookie)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await outcome(answer)).not.toBe('internal_error')
    expect(await factorsOf(app, eve.cookie)).toMatchObject({ passkeys: { count: 1 } })
    expect(await proves(await signInByKey(app, eve.key))).toBe(true)
  })

  it('beside another one signs in as that one does', async () => {
    const eve = await keyed(app)
    const second = await addKey(app, eve.cookie)
    for (const key of [eve.key, second.key]) {
      expect(await proves(await signInByKey(app, key))).toBe(true)
    }
  })
})
