import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Cbor, cbor } from '../../test/support/cbor.ts'
import {
  type Assertion,
  flag,
  SoftAuthenticator,
  type SoftAuthenticatorOptions,
} from '../../test/support/soft-passkey.ts'
import type { NewCredential } from '../core/passkeys/index.ts'
import { creationOptions, requestOptions } from './options.ts'
import { WebAuthn } from './verifier.ts'

const origin = 'https://example.com'
const challenge = Buffer.alloc(32, 7).toString('base64url')
const webAuthn = new WebAuthn({ rpId: 'example.com', origins: [origin, 'https://other.example'] })
const person = { accountId: 'acc_1', email: 'ada@example.com', displayName: 'Ada' }
const site = { rpId: 'example.com', rpName: 'Example', challenge, known: [] }

interface Registered {
  readonly authenticator: SoftAuthenticator
  readonly credential: NewCredential
}

async function register(options: SoftAuthenticatorOptions = {}): Promise<Registered> {
  const authenticator = new SoftAuthenticator(options)
  const created = authenticator.create(creationOptions({ ...site, ...person }), { origin })
  const credential = await webAuthn.verifyRegistration(created, challenge)
  return { authenticator, credential: credential as NewCredential }
}

const plain = await register()
const counting = await register({ counts: true })
const synced = await register({ backupEligible: true, backedUp: true })

/** What an authenticator answers that is asked by this page, but for what it is told. */
function answer(told: Partial<Assertion> = {}, { authenticator } = plain) {
  return authenticator.get(requestOptions(site), { origin, ...told })
}

async function verdictOn(told: Partial<Assertion>, of = plain) {
  const proved = await webAuthn.verifyAssertion(answer(told, of), challenge, of.credential)
  return proved ? 'taken' : 'refused'
}

describe('an assertion is taken', () => {
  it.each(['EdDSA', 'ES256', 'RS256'] as const)('by a key of %s', async (algorithm) => {
    const of = await register({ algorithm })
    const proved = await webAuthn.verifyAssertion(answer({}, of), challenge, of.credential)
    expect(proved).toEqual({ counter: 0, backedUp: false, userVerified: true })
  })

  it('of a user who was not verified, and it says so', async () => {
    const response = answer({ flags: flag.userPresent })
    const proved = await webAuthn.verifyAssertion(response, challenge, plain.credential)
    expect(proved).toEqual({ counter: 0, backedUp: false, userVerified: false })
  })

  it('on any page that is named, and with members and extensions of tomorrow', async () => {
    expect(await verdictOn({ origin: 'https://other.example' })).toBe('taken')
    expect(await verdictOn({ extensions: cbor(new Map([['uvm', [1, 2]]])) })).toBe('taken')
    const more = { ...answer(), clientExtensionResults: { appid: false }, more: [1] }
    expect(await webAuthn.verifyAssertion(more, challenge, plain.credential)).toBeDefined()
  })

  it('with what it says of being synced now', async () => {
    const { userPresent, backupEligible, backedUp } = flag
    for (const [flags, expected] of [
      [userPresent | backupEligible, false],
      [userPresent | backupEligible | backedUp, true],
    ] as const) {
      const response = answer({ flags }, synced)
      const proved = await webAuthn.verifyAssertion(response, challenge, synced.credential)
      expect(proved?.backedUp).toBe(expected)
    }
  })
})

describe('the counter', () => {
  it.each([
    [5, 6, 'taken'],
    [5, 2 ** 32 - 1, 'taken'],
    [5, 5, 'refused'],
    [5, 4, 'refused'],
    [5, 0, 'refused'],
    [0, 1, 'taken'],
    [0, 0, 'taken'],
  ])('after %i may be %i: %s', async (known, counter, verdict) => {
    const credential = { ...counting.credential, counter: known }
    const response = answer({ counter }, counting)
    const proved = await webAuthn.verifyAssertion(response, challenge, credential)
    expect(proved?.counter).toBe(verdict === 'taken' ? counter : undefined)
  })

  it('of an authenticator that counts is told as it grows', async () => {
    const next = await webAuthn.verifyAssertion(
      answer({}, counting),
      challenge,
      counting.credential,
    )
    expect(next?.counter).toBeGreaterThan(counting.credential.counter)
    expect(counting.credential.counter).toBe(1)
  })
})

describe('an assertion is refused', () => {
  const { userPresent, userVerified, backupEligible, backedUp, attested, extensions } = flag

  it.each<[string, Partial<Assertion>]>([
    ['of another challenge', { challenge: Buffer.alloc(32, 8).toString('base64url') }],
    ['of another ceremony', { type: 'webauthn.create' }],
    ['for a payment', { type: 'payment.get' }],
    ['of another site', { origin: 'https://example.net' }],
    ['of a subdomain', { origin: 'https://evil.example.com' }],
    ['of a site whose name ends alike', { origin: 'https://evilexample.com' }],
    ['from a frame of another site', { crossOrigin: true }],
    ['from a frame of a site that is named', { crossOrigin: true, topOrigin: origin }],
    ['of a site above without a frame', { topOrigin: origin }],
    ['for another domain', { rpId: 'example.net' }],
    ['with nobody there', { flags: userVerified }],
    ['synced, though it never can be', { flags: userPresent | backedUp }],
    ['that could be synced, when its passkey could not', { flags: userPresent | backupEligible }],
    ['with extensions that its flags promise', { flags: userPresent | extensions }],
    ['with something behind', { flags: userPresent, extensions: cbor(new Map()) }],
    ['by a signature that is empty', { signature: () => Buffer.alloc(0) }],
    ['by a signature of nothing', { signature: (_, genuine) => Buffer.alloc(genuine.byteLength) }],
    [
      'by a signature with something behind',
      { signature: (_, genuine) => Buffer.concat([genuine, Buffer.alloc(1)]) },
    ],
    ['with an owner of more than 64 bytes', { userHandle: Buffer.alloc(65, 'a') }],
    ['with an owner of no bytes', { userHandle: Buffer.alloc(0) }],
  ])('%s', async (_, told) => {
    expect(await verdictOn(told)).toBe('refused')
  })

  it('with less than authenticator data has', async () => {
    const response = answer()
    for (const length of [1, 32, 33, 36]) {
      const authenticatorData = Buffer.from(response.response.authenticatorData, 'base64url')
        .subarray(0, length)
        .toString('base64url')
      const altered = { ...response, response: { ...response.response, authenticatorData } }
      expect(await webAuthn.verifyAssertion(altered, challenge, plain.credential)).toBeUndefined()
    }
  })

  it('that attests a credential, as only registrations do', async () => {
    // Sixteen bytes for the maker, two for the length of the id, the id and its key: as whole as one can be.
    const key = Buffer.from(plain.credential.publicKey, 'base64url')
    const data = Buffer.concat([Buffer.alloc(16), Buffer.from([0, 1, 9]), key])
    expect(await verdictOn({ flags: userPresent | attested, extensions: data })).toBe('refused')
  })

  it('that cannot be synced, when its passkey could', async () => {
    expect(await verdictOn({ flags: userPresent }, synced)).toBe('refused')
    expect(await verdictOn({}, synced)).toBe('taken')
  })

  it('by the key of another passkey', async () => {
    const other = await register()
    const credential = { ...other.credential, credentialId: plain.credential.credentialId }
    expect(await webAuthn.verifyAssertion(answer(), challenge, credential)).toBeUndefined()
  })

  it('for another passkey than the one that is presented', async () => {
    const credential = { ...plain.credential, credentialId: counting.credential.credentialId }
    expect(await webAuthn.verifyAssertion(answer(), challenge, credential)).toBeUndefined()
    const credentialId = Buffer.from(credential.credentialId, 'base64url')
    expect(await verdictOn({ credentialId })).toBe('refused')
  })

  it('to another challenge than the one that was given, or to none', async () => {
    const other = Buffer.alloc(32, 8).toString('base64url')
    expect(await webAuthn.verifyAssertion(answer(), other, plain.credential)).toBeUndefined()
    const none = answer({ challenge: '' })
    expect(await webAuthn.verifyAssertion(none, '', plain.credential)).toBeUndefined()
  })

  it.each([
    ['is empty', ''],
    ['is no base64url', '§'],
    ['is no CBOR', 'AAAA'],
  ])('by a key that %s', async (_, publicKey) => {
    const credential = { ...plain.credential, publicKey }
    expect(await webAuthn.verifyAssertion(answer(), challenge, credential)).toBeUndefined()
  })

  it('by a key of an algorithm that we do not take, though the library would', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const [first, second] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
    const es384 = new Map<number, Cbor>([
      [1, 2],
      [3, -35],
      [-1, 2],
      [-2, first],
      [-3, second],
    ])
    const credential = { ...plain.credential, publicKey: cbor(es384).toString('base64url') }
    const response = answer({ signature: (signed) => sign('sha384', signed, privateKey) })
    expect(await webAuthn.verifyAssertion(response, challenge, credential)).toBeUndefined()
  })

  it.each([
    ['authenticatorData', undefined],
    ['authenticatorData', `${answer().response.authenticatorData}=`],
    ['signature', undefined],
    ['signature', `${answer().response.signature}\n`],
    ['clientDataJSON', undefined],
    ['userHandle', 5],
    ['userHandle', ['YQ']],
    ['userHandle', 'YQ=='],
    ['userHandle', 'YR'],
    // Bytes that are not UTF-8.
    ['userHandle', '_w'],
  ])('with %s as %j', async (name, value) => {
    const response = answer()
    const altered = { ...response, response: { ...response.response, [name]: value } }
    expect(await webAuthn.verifyAssertion(altered, challenge, plain.credential)).toBeUndefined()
    expect(webAuthn.claimedAssertion(altered)).toBeUndefined()
  })
})

describe('what an assertion claims', () => {
  it('is a credential, a challenge and an owner, though nothing is proved', () => {
    expect(webAuthn.claimedAssertion(answer({ rpId: 'a.example', flags: 0 }))).toEqual({
      credentialId: plain.credential.credentialId,
      challenge,
      userHandle: 'acc_1',
    })
  })

  it('may be no owner', () => {
    expect(webAuthn.claimedAssertion(answer({ userHandle: null }))?.userHandle).toBeUndefined()
    const response = answer()
    const withNull = { ...response, response: { ...response.response, userHandle: null } }
    expect(webAuthn.claimedAssertion(withNull)).toMatchObject({ userHandle: undefined })
  })

  it('is an owner in any letters', () => {
    const named = answer({ userHandle: Buffer.from('acc_ü') })
    expect(webAuthn.claimedAssertion(named)?.userHandle).toBe('acc_ü')
  })

  it.each<[string, Partial<Assertion>]>([
    ['of a registration', { type: 'webauthn.create' }],
    ['from a frame', { crossOrigin: true }],
    ['with a signature of more than 1024 bytes', { signature: () => Buffer.alloc(1025) }],
    ['with a challenge that is no base64url', { challenge: 'a b' }],
  ])('is nothing %s', (_, told) => {
    expect(webAuthn.claimedAssertion(answer(told))).toBeUndefined()
  })
})
