import { createHash, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Cbor, cbor } from '../../test/support/cbor.ts'
import {
  type Creation,
  coseNumbers,
  SoftAuthenticator,
  type SoftAuthenticatorOptions,
  signatureOf,
} from '../../test/support/soft-passkey.ts'
import { readAttestation } from './attestation.ts'
import { loadLibrary } from './library.ts'
import { creationOptions } from './options.ts'
import { WebAuthn } from './verifier.ts'

const origin = 'https://example.com'
const challenge = Buffer.alloc(32, 7).toString('base64url')
const library = await loadLibrary()
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

describe('attestation', () => {
  const stated = (fmt: Cbor, ...attStmt: [string, Cbor][]): Partial<Creation> => ({
    attestation: () => ({ fmt, attStmt: new Map(attStmt) }),
  })
  const alg = coseNumbers.EdDSA

  it.each<[string, Partial<Creation>]>([
    ...['fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple', 'compound', 'None', 0].map(
      (fmt): [string, Partial<Creation>] => [`of the form ${fmt}`, stated(fmt)],
    ),
    ['none, with something in it', stated('none', ['a', 1])],
    ['none, as a list', { attestation: () => ({ fmt: 'none', attStmt: [] }) }],
    ['none, as null', { attestation: () => ({ fmt: 'none', attStmt: null }) }],
    ['packed, with nothing in it', stated('packed')],
    ['packed, without a signature', stated('packed', ['alg', alg])],
    [
      'packed, with a signature of nothing',
      stated('packed', ['alg', alg], ['sig', Buffer.alloc(64)]),
    ],
    ['packed, with a signature that is a text', stated('packed', ['alg', alg], ['sig', 'a'])],
  ])('is refused: %s', async (_, told) => {
    expect(await verdictOn(told, { algorithm: 'EdDSA' })).toBe('refused')
  })

  it.each(['fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple', 'compound'])(
    'of the form %s does not come as far as the library, which would follow its addresses',
    (fmt) => {
      const object = (format: string) => {
        const attestation = () => ({
          fmt: format,
          attStmt: new Map<string, Cbor>([
            ['alg', alg],
            ['sig', Buffer.alloc(64)],
          ]),
        })
        const { response } = answer({ attestation }, { algorithm: 'EdDSA' })
        return Uint8Array.from(Buffer.from(response.attestationObject, 'base64url'))
      }
      expect(readAttestation(library, object('packed'))).toBeDefined()
      expect(readAttestation(library, object(fmt))).toBeUndefined()
    },
  )

  /** Self-attestation that is right, and what is added to it. */
  function packed(algorithm: 'EdDSA' | 'RS256', ...more: [string, Cbor][]) {
    const authenticator = new SoftAuthenticator({ algorithm })
    const response = authenticator.create(asked, {
      origin,
      attestation: (signed) => {
        const [credential] = authenticator.credentials
        const sig = credential ? signatureOf(credential, signed) : ''
        const members: [string, Cbor][] = [['alg', coseNumbers[algorithm]], ['sig', sig], ...more]
        return { fmt: 'packed', attStmt: new Map(members) }
      },
    })
    return webAuthn.verifyRegistration(response, challenge)
  }

  it.each<[string, Cbor]>([
    ['x5c', []],
    ['x5c', [Buffer.alloc(100)]],
    ['x5c', null],
    ['ecdaaKeyId', Buffer.alloc(8)],
  ])('is refused: packed with %s', async (name, value) => {
    expect(await packed('EdDSA')).toBeDefined()
    expect(await packed('EdDSA', [name, value])).toBeUndefined()
  })

  it('is refused: packed by another algorithm than that of the key, such as one with SHA-1', async () => {
    const authenticator = new SoftAuthenticator({ algorithm: 'RS256' })
    const response = authenticator.create(asked, {
      origin,
      attestation: (signed) => {
        const key = authenticator.credentials[0]?.privateKey ?? ''
        const members: [string, Cbor][] = [
          ['alg', -65535],
          ['sig', sign('sha1', signed, key)],
        ]
        return { fmt: 'packed', attStmt: new Map(members) }
      },
    })
    expect(await webAuthn.verifyRegistration(response, challenge)).toBeUndefined()
  })

  it('is refused: packed with the signature of another credential', async () => {
    const other = new SoftAuthenticator({ algorithm: 'EdDSA' })
    other.create(asked, { origin })
    const attestation = (signed: Buffer) => {
      const [credential] = other.credentials
      const sig = credential ? signatureOf(credential, signed) : ''
      return {
        fmt: 'packed',
        attStmt: new Map<string, Cbor>([
          ['alg', alg],
          ['sig', sig],
        ]),
      }
    }
    expect(await verdictOn({ attestation }, { algorithm: 'EdDSA' })).toBe('refused')
  })
})

describe('a key is refused', () => {
  it.each<[string, [number, Cbor][]]>([
    // The library compares the algorithm alone, and would keep both.
    [
      'of ES256 on another curve',
      [
        [1, 2],
        [3, -7],
        [-1, 2],
        [-2, Buffer.alloc(48, 1)],
        [-3, Buffer.alloc(48, 1)],
      ],
    ],
    [
      'of RS256 with 512 bits',
      [
        [1, 3],
        [3, -257],
        [-1, Buffer.alloc(64, 255)],
        [-2, Buffer.from([1, 0, 1])],
      ],
    ],
    [
      'of ES384',
      [
        [1, 2],
        [3, -35],
        [-1, 2],
        [-2, Buffer.alloc(48, 1)],
        [-3, Buffer.alloc(48, 1)],
      ],
    ],
  ])('%s', async (_, members) => {
    expect(await verdictOn({ publicKey: cbor(new Map(members)) })).toBe('refused')
  })
})

describe('the object of the attestation is refused', () => {
  const genuine = answer()
  const bytes = Buffer.from(genuine.response.attestationObject, 'base64url')
  const start = bytes.indexOf('authData') + 'authData'.length

  it.each<[string, Uint8Array]>([
    ['with something behind', Buffer.concat([bytes, Buffer.alloc(1)])],
    ['when its end is missing', bytes.subarray(0, -1)],
    // The first byte is that of a map with three members.
    [
      'with one member more',
      Buffer.concat([Buffer.from([0xa4]), bytes.subarray(1), cbor('a'), cbor(1)]),
    ],
    [
      'with a member twice',
      Buffer.concat([Buffer.from([0xa4]), bytes.subarray(1), cbor('fmt'), cbor('none')]),
    ],
    [
      'with a length in more bytes than it needs',
      Buffer.concat([bytes.subarray(0, start), Buffer.from([0x59, 0]), bytes.subarray(start + 1)]),
    ],
    ['as a list', cbor(['none', new Map(), bytes])],
    ['as a text', cbor('none')],
    [
      'without authenticator data',
      cbor(
        new Map<string, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', null],
        ]),
      ),
    ],
    [
      'with authenticator data that is short',
      cbor(
        new Map<string, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', createHash('sha256').update('example.com').digest()],
        ]),
      ),
    ],
    ['nested a thousand times', Buffer.alloc(4000, 0x81)],
  ])('%s', async (_, attestationObject) => {
    const text = Buffer.from(attestationObject).toString('base64url')
    expect(
      await verdictOnAltered({ id: genuine.id, rawId: genuine.id }, { attestationObject: text }),
    ).toBe('refused')
  })

  it('never when it is genuine', async () => {
    const { attestationObject, clientDataJSON } = genuine.response
    const own = { id: genuine.id, rawId: genuine.id }
    expect(await verdictOnAltered(own, { attestationObject, clientDataJSON })).toBe('taken')
  })
})
