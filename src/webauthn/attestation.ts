import { algorithmOfKey } from './cose.ts'
import { decodeWhole, type Library } from './library.ts'

/** The credential that an attestation object is of. */
export interface Attested {
  /** base64url. */
  readonly credentialId: string
  /** A COSE key of an algorithm that we take. */
  readonly publicKey: Uint8Array
  readonly backupEligible: boolean
}

/**
 * Reads an attestation object (WebAuthn Level 3, 6.5.4), before the library does: `undefined` unless it is one of
 * those that say nothing of the authenticator's maker. We ask for `none`, and browsers then give that, or the
 * `packed` of a key that speaks for itself (5.1.3). Every other form brings certificates, for which the library
 * would follow the addresses within (CRLs), wherever they lead.
 *
 * @throws {Error} Something in it is malformed.
 */
export function readAttestation(
  library: Library,
  bytes: Uint8Array<ArrayBuffer>,
): Attested | undefined {
  const object = decodeWhole(library, bytes)
  if (!(object instanceof Map) || object.size !== 3) return undefined
  const [format, statement, data] = ['fmt', 'attStmt', 'authData'].map((name) => object.get(name))
  if (!(statement instanceof Map) || !(data instanceof Uint8Array)) return undefined
  const { credentialID, credentialPublicKey, flags } = library.parseAuthenticatorData(
    Uint8Array.from(data),
  )
  if (!credentialID || !credentialPublicKey) return undefined
  const algorithm = algorithmOfKey(library, credentialPublicKey)
  if (!algorithm || !isTaken(format, statement, algorithm)) return undefined
  return {
    credentialId: Buffer.from(credentialID).toString('base64url'),
    publicKey: credentialPublicKey,
    backupEligible: flags.be,
  }
}

function isTaken(format: unknown, statement: Map<unknown, unknown>, algorithm: number): boolean {
  if (format === 'none') return statement.size === 0
  // `x5c` and whatever else there is would make it another form. The algorithm is the key's own (8.2): the library
  // hashes as the statement says, with SHA-1 if it says so.
  return format === 'packed' && statement.get('alg') === algorithm && statement.size === 2
}
