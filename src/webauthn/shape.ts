import { isUtf8 } from 'node:buffer'
import { decodeBase64url } from '../kernel/base64url.ts'
import { knownTransports } from './transports.ts'

/** A `RegistrationResponseJSON` (WebAuthn Level 3, 5.1): members that are there, of the right type, in bounds. */
export interface RegistrationShape {
  readonly id: string
  readonly clientData: Buffer
  readonly attestationObject: Buffer
  readonly transports: readonly string[]
}

/** An `AuthenticationResponseJSON`. */
export interface AssertionShape {
  readonly id: string
  readonly clientData: Buffer
  readonly authenticatorData: Buffer
  readonly signature: Buffer
  /** The text that was given as `user.id`, decoded. */
  readonly userHandle: string | undefined
}

/** Of the whole response as JSON: more than all that is read of it, so that extensions have room. */
const maxLength = 64 * 1024

/** WebAuthn Level 3, 7.1: longer credential ids must be refused. The library takes what 16 bits can count. */
const maxIdBytes = 1023

/** An origin and a challenge take some hundred bytes; members of tomorrow may come to them (5.8.1). */
const maxClientDataBytes = 4096

/** The longest id and the longest key take 1.6 KB, and extensions of authenticators are of some bytes. */
const maxAuthenticatorBytes = 4096

/** RSA with the longest key that is taken gives 512. */
const maxSignatureBytes = 1024

/** WebAuthn Level 3, 5.4.3: a user handle has 1 to 64 bytes. */
const maxUserHandleBytes = 64

/** There are seven. */
const maxTransports = 16

export function readRegistration(response: unknown): RegistrationShape | undefined {
  const { id, inner } = readCredential(response)
  const clientData = bytesOf(inner?.['clientDataJSON'], maxClientDataBytes)
  const attestationObject = bytesOf(inner?.['attestationObject'], maxAuthenticatorBytes)
  const transports = inner?.['transports'] ?? []
  if (id === undefined || !clientData || !attestationObject) return undefined
  if (!Array.isArray(transports) || transports.length > maxTransports) return undefined
  return { id, clientData, attestationObject, transports: knownTransports(transports) }
}

export function readAssertion(response: unknown): AssertionShape | undefined {
  const { id, inner } = readCredential(response)
  const clientData = bytesOf(inner?.['clientDataJSON'], maxClientDataBytes)
  const authenticatorData = bytesOf(inner?.['authenticatorData'], maxAuthenticatorBytes)
  const signature = bytesOf(inner?.['signature'], maxSignatureBytes)
  if (id === undefined || !clientData || !authenticatorData || !signature) return undefined
  const stated = inner?.['userHandle'] ?? undefined
  const userHandle = bytesOf(stated, maxUserHandleBytes)
  // We have given a text: what is none is not ours.
  if (stated !== undefined && (!userHandle || !isUtf8(userHandle))) return undefined
  return { id, clientData, authenticatorData, signature, userHandle: userHandle?.toString() }
}

type Members = Readonly<Record<string, unknown>>

interface CredentialShape {
  readonly id: string | undefined
  readonly inner: Members | undefined
}

/** What both have in common: a `PublicKeyCredential` as JSON. */
function readCredential(response: unknown): CredentialShape {
  const members = plainCopy(response)
  const { id, rawId, type, response: inner } = members ?? {}
  // Both name the same bytes (5.1), and whoever reads the other one must not see another credential.
  const isOne = id === rawId && type === 'public-key' && bytesOf(id, maxIdBytes) !== undefined
  return { id: isOne ? (id as string) : undefined, inner: membersOf(inner) }
}

/** As JSON would carry it: no getter, proxy or prototype behind it, and none that says something else later. */
function plainCopy(value: unknown): Members | undefined {
  try {
    const text = JSON.stringify(value) ?? ''
    return text.length <= maxLength ? membersOf(JSON.parse(text)) : undefined
  } catch {
    return undefined
  }
}

function membersOf(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null ? (value as Members) : undefined
}

/** One byte or more, in one spelling: too long a text is refused before it is decoded. */
function bytesOf(text: unknown, maxBytes: number): Buffer | undefined {
  const isBounded = typeof text === 'string' && text !== '' && text.length <= (maxBytes * 4) / 3 + 1
  const bytes = isBounded ? decodeBase64url(text) : undefined
  return bytes && bytes.byteLength <= maxBytes ? bytes : undefined
}
