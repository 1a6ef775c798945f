import {
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { type Cbor, cbor, uint } from './cbor.ts'

export type SoftAlgorithm = 'EdDSA' | 'ES256' | 'RS256'

export interface SoftAuthenticatorOptions {
  /** Default: the first one that is asked for. */
  readonly algorithm?: SoftAlgorithm
  /** Does it ask for a PIN, a finger or a face, and get it? Default yes. */
  readonly userVerified?: boolean
  readonly backupEligible?: boolean
  readonly backedUp?: boolean
  /** Does it count signatures? Default no, as passkeys that are synced. */
  readonly counts?: boolean
}

/** Where the browser stands, and every lie that a hostile one can tell. */
export interface Ceremony {
  readonly origin: string
  readonly type?: string
  readonly challenge?: string
  readonly crossOrigin?: unknown
  readonly topOrigin?: unknown
  /** The whole of `clientDataJSON`, in place of what would follow from all above. */
  readonly clientDataJSON?: string | Uint8Array
  /** Hashed into the authenticator data. */
  readonly rpId?: string
  /** All eight bits of `flag`. */
  readonly flags?: number
  readonly counter?: number
  /** Extensions in the authenticator data, as CBOR; sets `flag.extensions` unless `flags` are given. */
  readonly extensions?: Uint8Array
  /** What stands in `id` and `rawId`. */
  readonly credentialId?: Uint8Array
}

export interface Creation extends Ceremony {
  /** The id that is attested, and by default shown. */
  readonly attestedId?: Uint8Array
  /** The COSE key that is attested. */
  readonly publicKey?: Uint8Array
  /** `packed` signs with the key of the credential itself. Default `none`. */
  readonly attestation?: 'none' | 'packed' | ((signed: Buffer) => Attestation)
  readonly transports?: readonly string[]
}

export interface Assertion extends Ceremony {
  /** null leaves it out. */
  readonly userHandle?: Uint8Array | null
  readonly signature?: (signed: Buffer, genuine: Buffer) => Uint8Array
}

export interface Attestation {
  readonly fmt: Cbor
  readonly attStmt: Cbor
}

export interface SoftCredential {
  readonly id: Buffer
  readonly rpId: string
  readonly userHandle: Buffer
  readonly algorithm: SoftAlgorithm
  readonly privateKey: KeyObject
  counter: number
}

/** Bits of the flags (WebAuthn Level 3, 6.1). */
export const flag = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  extensions: 0x80,
} as const

/** The numbers of COSE. */
export const coseNumbers = { EdDSA: -8, ES256: -7, RS256: -257 } as const

/** An authenticator and its browser in one: keeps passkeys, and answers as `navigator.credentials` would. */
export class SoftAuthenticator {
  readonly credentials: SoftCredential[] = []
  readonly options: SoftAuthenticatorOptions

  constructor(options: SoftAuthenticatorOptions = {}) {
    this.options = options
  }

  create(asked: PublicKeyCredentialCreationOptionsJSON, told: Creation): RegistrationResponseJSON {
    const rpId = asked.rp.id ?? new URL(told.origin).hostname
    if (asked.excludeCredentials?.some(({ id }) => this.#find(id, rpId))) {
      throw new DOMException('it holds one already', 'InvalidStateError')
    }
    const algorithm = this.#chosen(asked)
    const { privateKey, publicKey } = generate(algorithm)
    const id = Buffer.from(told.attestedId ?? randomBytes(32))
    const userHandle = Buffer.from(asked.user.id, 'base64url')
    const credential = { id, rpId, userHandle, algorithm, privateKey, counter: 0 }
    this.credentials.push(credential)
    const key = told.publicKey ?? coseKey(publicKey.export({ format: 'jwk' }), algorithm)
    const attested = [Buffer.alloc(16), uint(id.byteLength, 2), id, key]
    const clientData = clientDataOf('webauthn.create', asked.challenge, told)
    const authData = this.#authenticatorData(credential, flag.attested, attested, told)
    const signed = Buffer.concat([authData, sha256(clientData)])
    const { fmt, attStmt } = attest(credential, signed, told.attestation ?? 'none')
    const attestationObject = cbor(
      new Map([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', authData],
      ]),
    )
    return {
      ...shown(told.credentialId ?? id),
      response: {
        clientDataJSON: spelt(clientData),
        attestationObject: spelt(attestationObject),
        transports: [...(told.transports ?? ['internal', 'hybrid'])],
      },
    }
  }

  get(asked: PublicKeyCredentialRequestOptionsJSON, told: Assertion): AuthenticationResponseJSON {
    const credential = this.#presented(asked, asked.rpId ?? new URL(told.origin).hostname)
    const clientData = clientDataOf('webauthn.get', asked.challenge, told)
    const authenticatorData = this.#authenticatorData(credential, 0, [], told)
    const signed = Buffer.concat([authenticatorData, sha256(clientData)])
    const genuine = signatureOf(credential, signed)
    const userHandle = told.userHandle === undefined ? credential.userHandle : told.userHandle
    return {
      ...shown(told.credentialId ?? credential.id),
      response: {
        clientDataJSON: spelt(clientData),
        authenticatorData: spelt(authenticatorData),
        signature: spelt(told.signature?.(signed, genuine) ?? genuine),
        ...(userHandle && { userHandle: spelt(userHandle) }),
      },
    }
  }

  #find(id: string, rpId: string): SoftCredential | undefined {
    return this.credentials.find((one) => one.rpId === rpId && spelt(one.id) === id)
  }

  #chosen({ pubKeyCredParams }: PublicKeyCredentialCreationOptionsJSON): SoftAlgorithm {
    const { algorithm } = this.options
    const known = algorithm ? [algorithm] : (Object.keys(coseNumbers) as SoftAlgorithm[])
    for (const { alg } of pubKeyCredParams) {
      const chosen = known.find((one) => coseNumbers[one] === alg)
      if (chosen) return chosen
    }
    throw new DOMException('it has none of these algorithms', 'NotSupportedError')
  }

  /** The one of a list that it has; where there is no list, the newest of the site. */
  #presented({ allowCredentials: allowed }: PublicKeyCredentialRequestOptionsJSON, rpId: string) {
    const listed = allowed?.map(({ id }) => this.#find(id, rpId)).find((one) => one)
    const found = allowed?.length ? listed : this.credentials.findLast((one) => one.rpId === rpId)
    if (!found) throw new DOMException('it has no passkey for this', 'NotAllowedError')
    return found
  }

  #authenticatorData(
    credential: SoftCredential,
    more: number,
    attested: readonly Uint8Array[],
    told: Ceremony,
  ): Buffer {
    const { userVerified = true, backupEligible, backedUp, counts } = this.options
    const flags =
      more |
      flag.userPresent |
      (userVerified ? flag.userVerified : 0) |
      (backupEligible ? flag.backupEligible : 0) |
      (backedUp ? flag.backedUp : 0) |
      (told.extensions ? flag.extensions : 0)
    if (counts) credential.counter += 1
    return Buffer.concat([
      sha256(told.rpId ?? credential.rpId),
      uint(told.flags ?? flags, 1),
      uint(told.counter ?? credential.counter, 4),
      ...attested,
      told.extensions ?? Buffer.alloc(0),
    ])
  }
}

/** What browsers write (WebAuthn Level 3, 5.8.1.1): in this order, without blanks. */
function clientDataOf(type: string, asked: string, told: Ceremony): Buffer {
  const { origin, challenge = asked, crossOrigin = false, topOrigin } = told
  const text = JSON.stringify({
    type: told.type ?? type,
    challenge,
    origin,
    crossOrigin,
    topOrigin,
  })
  return Buffer.from(told.clientDataJSON ?? text)
}

function attest(
  credential: SoftCredential,
  signed: Buffer,
  kind: NonNullable<Creation['attestation']>,
): Attestation {
  if (typeof kind === 'function') return kind(signed)
  if (kind === 'none') return { fmt: 'none', attStmt: new Map() }
  const sig = signatureOf(credential, signed)
  return {
    fmt: 'packed',
    attStmt: new Map<number | string, Cbor>([
      ['alg', coseNumbers[credential.algorithm]],
      ['sig', sig],
    ]),
  }
}

export function signatureOf({ algorithm, privateKey }: SoftCredential, signed: Uint8Array): Buffer {
  return sign(algorithm === 'EdDSA' ? null : 'sha256', signed, privateKey)
}

function generate(algorithm: SoftAlgorithm) {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** A public key as authenticators write it (RFC 9053, 7; RFC 8230, 4). */
export function coseKey({ x, y, n, e }: JsonWebKey, algorithm: SoftAlgorithm): Buffer {
  const of = (text = '') => Buffer.from(text, 'base64url')
  const alg = coseNumbers[algorithm]
  const members: Record<SoftAlgorithm, [number, Cbor][]> = {
    EdDSA: [
      [1, 1],
      [3, alg],
      [-1, 6],
      [-2, of(x)],
    ],
    ES256: [
      [1, 2],
      [3, alg],
      [-1, 1],
      [-2, of(x)],
      [-3, of(y)],
    ],
    RS256: [
      [1, 3],
      [3, alg],
      [-1, of(n)],
      [-2, of(e)],
    ],
  }
  return cbor(new Map(members[algorithm]))
}

function sha256(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest()
}

function spelt(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function shown(id: Uint8Array) {
  const text = spelt(id)
  return {
    id: text,
    rawId: text,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
  } as const
}
