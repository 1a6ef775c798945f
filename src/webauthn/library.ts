import type {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { isoCBOR, parseAuthenticatorData } from '@simplewebauthn/server/helpers'

/** What is used of `@simplewebauthn/server`. */
export interface Library {
  readonly verifyAuthenticationResponse: typeof verifyAuthenticationResponse
  readonly verifyRegistrationResponse: typeof verifyRegistrationResponse
  readonly parseAuthenticatorData: typeof parseAuthenticatorData
  readonly isoCBOR: typeof isoCBOR
}

/**
 * Loaded when the first passkey is seen: with its certificates and ASN.1 it takes 150 ms and 27 MB, which no
 * command and no program without passkeys should pay for.
 */
export async function loadLibrary(): Promise<Library> {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ])
  return {
    verifyAuthenticationResponse: server.verifyAuthenticationResponse,
    verifyRegistrationResponse: server.verifyRegistrationResponse,
    parseAuthenticatorData: helpers.parseAuthenticatorData,
    isoCBOR: helpers.isoCBOR,
  }
}

/**
 * The CBOR item that these bytes are, whole and in one spelling: `undefined` unless it is encoded to the same
 * bytes (WebAuthn asks for CTAP2 canonical CBOR). The library ignores what stands behind an item, takes a
 * string that is cut off for a shorter one, and numbers in more bytes than they need.
 *
 * @throws {Error} It is no CBOR.
 */
export function decodeWhole({ isoCBOR }: Library, bytes: Uint8Array<ArrayBuffer>): unknown {
  const item = isoCBOR.decodeFirst<unknown>(bytes)
  return Buffer.from(isoCBOR.encode(item as Encodable)).equals(bytes) ? item : undefined
}

type Encodable = Parameters<Library['isoCBOR']['encode']>[0]
