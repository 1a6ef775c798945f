import { describe, expect, it } from 'vitest'
import { cbor } from '../../test/support/cbor.ts'
import {
  type Creation,
  flag,
  SoftAuthenticator,
  type SoftAuthenticatorOptions,
} from '../../test/support/soft-passkey.ts'
import { creationOptions } from './options.ts'
import { WebAuthn } from './verifier.ts'

const origin = 'https://example.com'
const challenge = Buffer.alloc(32, 7).toString('base64url')
const webAuthn = new WebAuthn({ rpId: 'example.com', origins: [origin, 'https://other.example'] })
const asked = creationOptions({
  rpId: 'example.com',
  rpName: 'Example',
  accountId: 'acc_1',
  email: 'ada@example.com',
  displayName: 'Ada',
  challenge,
  known: [],
})

/** What an authenticator answers that is asked by this page, but for what it is told. */
function answer(told: Partial<Creation> = {}, options: SoftAuthenticatorOptions = {}) {
  return new SoftAuthenticator(options).create(asked, { origin, ...told })
}

async function verdictOn(told: Partial<Creation>, options: SoftAuthenticatorOptions = {}) {
  const response = answer(told, options)
  return (await webAuthn.verifyRegistration(response, challenge)) ? 'taken' : 'refused'
}

/** The same answer, with other members in place of its own. */
async function verdictOnAltered(members: object, inner: object = {}) {
  const response = answer()
  const altered = { ...response, response: { ...response.response, ...inner }, ...members }
  return (await webAuthn.verifyRegistration(altered, challenge)) ? 'taken' : 'refused'
}

describe('a new passkey is taken', () => {
  it.each(['EdDSA', 'ES256', 'RS256'] as const)('with a key of %s', async (algorithm) => {
    for (const attestation of ['none', 'packed'] as const) {
      const response = answer({ attestation }, { algorithm })
      expect(await webAuthn.verifyRegistration(response, challenge)).toEqual({
        credentialId: response.id,
        publicKey: expect.stringMatching(/^[\w-]{56,}$/),
        counter: 0,
        backupEligible: false,
        backedUp: false,
        transports: ['hybrid', 'internal'],
        userVerified: true,
      })
    }
  })

  it('by a user who was not verified, and it says so', async () => {
    const response = answer({}, { userVerified: false })
    const taken = await webAuthn.verifyRegistration(response, challenge)
    expect(taken).toMatchObject({ userVerified: false })
  })

  it('with its counter and what it says of being synced', async () => {
    const synced = answer({ counter: 41 }, { backupEligible: true, backedUp: true })
    expect(await webAuthn.verifyRegistration(synced, challenge)).toMatchObject({
      counter: 41,
      backupEligible: true,
      backedUp: true,
    })
    const unsynced = answer({}, { backupEligible: true })
    expect(await webAuthn.verifyRegistration(unsynced, challenge)).toMatchObject({
      backupEligible: true,
      backedUp: false,
    })
  })

  it('on any page that is named, and with members of tomorrow', async () => {
    expect(await verdictOn({ origin: 'https://other.example' })).toBe('taken')
    expect(await verdictOn({ crossOrigin: undefined })).toBe('taken')
    const more = { type: 'webauthn.create', challenge, origin, crossOrigin: false, extra: [{}] }
    expect(await verdictOn({ clientDataJSON: JSON.stringify(more) })).toBe('taken')
    expect(await verdictOnAltered({ clientExtensionResults: { credProps: { rk: true } } })).toBe(
      'taken',
    )
    expect(await verdictOnAltered({ more: 1 }, { publicKeyAlgorithm: -8, more: null })).toBe(
      'taken',
    )
    expect(await verdictOn({ extensions: cbor(new Map([['credProtect', 2]])) })).toBe('taken')
  })

  it('with the ways to reach it that are known, each once', async () => {
    const stated = ['usb', 'internal', 'telepathy', 'usb', 'smart-card', 'ble', 'nfc', 'cable']
    const response = answer({ transports: stated })
    const taken = await webAuthn.verifyRegistration(response, challenge)
    const known = ['ble', 'cable', 'internal', 'nfc', 'smart-card', 'usb']
    expect(taken?.transports).toEqual(known)
    const without = { ...response, response: { ...response.response, transports: undefined } }
    expect(await webAuthn.verifyRegistration(without, challenge)).toMatchObject({ transports: [] })
  })

  it('with an id of 1023 bytes, the longest there is', async () => {
    expect(await verdictOn({ attestedId: Buffer.alloc(1023, 1) })).toBe('taken')
    expect(await verdictOn({ attestedId: Buffer.alloc(1024, 1) })).toBe('refused')
    const [attestedId, credentialId] = [Buffer.alloc(1024, 1), Buffer.alloc(1023, 1)]
    expect(await verdictOn({ attestedId, credentialId })).toBe('refused')
  })
})

describe('what the browser says is refused', () => {
  const text = (members: object) => JSON.stringify(members)
  const right = { type: 'webauthn.create', challenge, origin }

  it.each<[string, Partial<Creation>]>([
    ['of another challenge', { challenge: Buffer.alloc(32, 8).toString('base64url') }],
    ['of no challenge', { challenge: '' }],
    ['of a challenge in another spelling', { challenge: `${challenge}=` }],
    ['of another ceremony', { type: 'webauthn.get' }],
    ['of a type in another spelling', { type: 'Webauthn.create' }],
    ['of another site', { origin: 'https://example.net' }],
    ['of a subdomain', { origin: 'https://evil.example.com' }],
    ['of a site whose name ends alike', { origin: 'https://evilexample.com' }],
    ['of a site whose name begins alike', { origin: 'https://example.com.evil.net' }],
    ['of another port', { origin: 'https://example.com:8443' }],
    ['without encryption', { origin: 'http://example.com' }],
    ['with a path', { origin: 'https://example.com/' }],
    ['from a frame of another site', { crossOrigin: true }],
    ['from a frame of a site that is named', { crossOrigin: true, topOrigin: 'https://a.example' }],
    ['from a frame of our own', { crossOrigin: true, topOrigin: origin }],
    ['of a site above without a frame', { crossOrigin: false, topOrigin: origin }],
    ['of a site above that is null', { topOrigin: null }],
    ['of frames in another type', { crossOrigin: 0 }],
    ['of frames that is null', { crossOrigin: null }],
    ['in a list', { clientDataJSON: text([right]) }],
    ['as null', { clientDataJSON: 'null' }],
    ['in no JSON', { clientDataJSON: `${text(right)},` }],
    ['behind a BOM', { clientDataJSON: `\ufeff${text(right)}` }],
    [
      'with two origins',
      { clientDataJSON: `{"origin":"https://a.example",${text(right).slice(1)}` },
    ],
    [
      'with a name twice, once escaped',
      { clientDataJSON: `{"\\u0074ype":"webauthn.get",${text(right).slice(1)}` },
    ],
    ['with a prototype', { clientDataJSON: `{"__proto__":{},${text(right).slice(1)}` }],
    [
      'in bytes that are not UTF-8',
      { clientDataJSON: Buffer.from(text({ ...right, a: 'ü' }), 'latin1') },
    ],
    [
      'with a challenge that is a list',
      { clientDataJSON: text({ ...right, challenge: [challenge] }) },
    ],
    ['with an origin that is a list', { clientDataJSON: text({ ...right, origin: [origin] }) }],
    ['at a length without end', { clientDataJSON: text({ ...right, a: 'x'.repeat(4096) }) }],
    [
      'at a depth without end',
      { clientDataJSON: text(right).replace('}', `,"a":${'['.repeat(9)}${']'.repeat(9)}}`) },
    ],
  ])('%s', async (_, told) => {
    expect(await verdictOn(told)).toBe('refused')
  })

  it('of a challenge that is not the one that was given', async () => {
    const other = Buffer.alloc(32, 8).toString('base64url')
    expect(await webAuthn.verifyRegistration(answer(), other)).toBeUndefined()
  })
})

describe('what the authenticator says is refused', () => {
  const { userPresent, userVerified, backedUp, attested, extensions } = flag

  it.each<[string, Partial<Creation>]>([
    ['for another domain', { rpId: 'example.net' }],
    ['for a subdomain', { rpId: 'evil.example.com' }],
    ['with nobody there', { flags: userVerified | attested }],
    ['synced, and never to be synced', { flags: userPresent | backedUp | attested }],
    ['with a credential that its flags deny', { flags: userPresent }],
    ['with extensions that its flags promise', { flags: userPresent | attested | extensions }],
    ['with something behind', { flags: userPresent | attested, extensions: cbor(new Map()) }],
    ['with extensions that are cut off', { extensions: Buffer.from('a1', 'hex') }],
    ['with an id that is not the one it shows', { credentialId: Buffer.alloc(32, 9) }],
    ['with no id', { attestedId: Buffer.alloc(0) }],
  ])('%s', async (_, told) => {
    expect(await verdictOn(told)).toBe('refused')
  })

  it('in more bytes than an attestation object takes', async () => {
    expect(await verdictOn({ extensions: cbor(new Map([['a', Buffer.alloc(3000)]])) })).toBe(
      'taken',
    )
    expect(await verdictOn({ extensions: cbor(new Map([['a', Buffer.alloc(4000)]])) })).toBe(
      'refused',
    )
  })
})

describe('a response is refused', () => {
  const { id, response } = answer()
  const lastBit = `${id.slice(0, -1)}${id.endsWith('B') ? 'C' : 'B'}`

  it.each<[string, object, object?]>([
    ['of another type', { type: 'public_key' }],
    ['of no type', { type: undefined }],
    ['without an id', { id: undefined }],
    ['without a raw id', { rawId: undefined }],
    ['with two ids', { rawId: lastBit }],
    ['with an id that is a number', { id: 5, rawId: 5 }],
    ['without what is within', { response: undefined }],
    ['with a text within', { response: 'a' }],
    ['with null within', { response: null }],
    ['without client data', {}, { clientDataJSON: undefined }],
    ['with client data that is padded', {}, { clientDataJSON: `${response.clientDataJSON}=` }],
    ['without an attestation object', {}, { attestationObject: undefined }],
    ['with an attestation object as bytes', {}, { attestationObject: [1, 2] }],
    [
      'with an attestation object in two lines',
      {},
      { attestationObject: `${response.attestationObject}\n` },
    ],
    ['with transports in a text', {}, { transports: 'usb' }],
    ['with more transports than there are', {}, { transports: Array(17).fill('usb') }],
    ['at a length without end', { more: 'x'.repeat(65_536) }],
  ])('%s', async (_, members, inner) => {
    expect(await verdictOnAltered(members, inner)).toBe('refused')
  })

  it('when its ids are padded, or spelt in another way', async () => {
    const genuine = answer({ attestedId: Buffer.alloc(16, 1) })
    expect(await webAuthn.verifyRegistration(genuine, challenge)).toBeDefined()
    // 16 bytes leave four bits unused, which are zero in the one spelling.
    for (const spelt of [`${genuine.id}==`, `${genuine.id.slice(0, -1)}R`, ` ${genuine.id}`]) {
      const altered = { ...genuine, id: spelt, rawId: spelt }
      expect(await webAuthn.verifyRegistration(altered, challenge), spelt).toBeUndefined()
    }
  })
})

describe('the challenge that is claimed', () => {
  it('is told, though nothing is proved', () => {
    expect(webAuthn.claimedRegistration(answer())).toEqual({ challenge })
    expect(webAuthn.claimedRegistration(answer({ rpId: 'a.example' }))).toEqual({ challenge })
  })

  it.each<[string, Partial<Creation>]>([
    ['of an assertion', { type: 'webauthn.get' }],
    ['that is no base64url', { challenge: 'a b' }],
    ['that is long', { challenge: 'A'.repeat(516) }],
  ])('is not one %s', (_, told) => {
    expect(webAuthn.claimedRegistration(answer(told))).toBeUndefined()
  })
})
