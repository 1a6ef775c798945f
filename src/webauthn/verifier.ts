import type {
  ClaimedAssertion,
  KnownCredential,
  NewCredential,
  PasskeyVerifier,
  ProvedAssertion,
} from '../core/passkeys/index.ts'
import { decodeBase64url } from '../kernel/base64url.ts'
import { readAttestation } from './attestation.ts'
import { readClientData } from './collected.ts'
import { algorithmOfKey, coseAlgorithms } from './cose.ts'
import { type Library, loadLibrary } from './library.ts'
import { readAssertion, readRegistration } from './shape.ts'

export interface WebAuthnOptions {
  /** The domain that passkeys are for, such as `example.com`. */
  readonly rpId: string
  /** Where pages that may ask are served: exactly these, no subdomain and no other port. */
  readonly origins: readonly string[]
}

/** Bits of the flags in authenticator data (WebAuthn Level 3, 6.1). */
const [flagsAt, backupEligibleBit, attestedBit] = [32, 0x08, 0x40]

/**
 * Passkeys by WebAuthn Level 3, 7.1 and 7.2. The library verifies; what it leaves out, or takes too lightly, is
 * looked at before: see the files beside this one, and the README.
 */
export class WebAuthn implements PasskeyVerifier {
  readonly #expected: { expectedRPID: string; expectedOrigin: string[] }

  constructor({ rpId, origins }: WebAuthnOptions) {
    this.#expected = { expectedRPID: rpId, expectedOrigin: [...origins] }
  }

  claimedRegistration(response: unknown): { readonly challenge: string } | undefined {
    const shape = readRegistration(response)
    const clientData = shape && readClientData(shape.clientData, 'webauthn.create')
    return clientData && { challenge: clientData.challenge }
  }

  async verifyRegistration(
    response: unknown,
    challenge: string,
  ): Promise<NewCredential | undefined> {
    const shape = readRegistration(response)
    if (!shape || !readClientData(shape.clientData, 'webauthn.create')) return undefined
    const { id, clientData, attestationObject, transports } = shape
    return await refusingFaults(async (library) => {
      const attested = readAttestation(library, Uint8Array.from(attestationObject))
      // The library never compares them: an id of somebody else's credential would be stored with this key.
      if (attested?.credentialId !== id) return undefined
      const { verified, registrationInfo } = await library.verifyRegistrationResponse({
        response: {
          ...sameForBoth(id),
          response: {
            clientDataJSON: clientData.toString('base64url'),
            attestationObject: attestationObject.toString('base64url'),
          },
        },
        ...this.#expected,
        expectedChallenge: challenge,
        requireUserPresence: true,
        requireUserVerification: false,
        supportedAlgorithmIDs: [...coseAlgorithms],
      })
      if (!verified) return undefined
      return {
        credentialId: id,
        publicKey: Buffer.from(attested.publicKey).toString('base64url'),
        counter: registrationInfo.credential.counter,
        backupEligible: attested.backupEligible,
        backedUp: registrationInfo.credentialBackedUp,
        transports,
        userVerified: registrationInfo.userVerified,
      }
    })
  }

  claimedAssertion(response: unknown): ClaimedAssertion | undefined {
    const shape = readAssertion(response)
    const clientData = shape && readClientData(shape.clientData, 'webauthn.get')
    if (!clientData) return undefined
    const { id, userHandle } = shape
    return { credentialId: id, challenge: clientData.challenge, userHandle }
  }

  async verifyAssertion(
    response: unknown,
    challenge: string,
    credential: KnownCredential,
  ): Promise<ProvedAssertion | undefined> {
    const shape = readAssertion(response)
    if (!shape || !readClientData(shape.clientData, 'webauthn.get')) return undefined
    const { id, clientData, authenticatorData, signature } = shape
    // The library takes whatever key it is given, and compares no id with the one that is presented.
    if (id !== credential.credentialId) return undefined
    const flags = authenticatorData[flagsAt] ?? 0
    // An assertion attests no credential (6.1): what has it was made for something else.
    if ((flags & attestedBit) !== 0) return undefined
    // What an authenticator says of being synced is for ever (6.1.3): another answer is another one.
    if (((flags & backupEligibleBit) !== 0) !== credential.backupEligible) return undefined
    const publicKey = decodeBase64url(credential.publicKey)
    if (!publicKey) return undefined
    return await refusingFaults(async (library) => {
      const key = Uint8Array.from(publicKey)
      // Kept by us, and still looked at: a key that came by another way must be one that we would have taken.
      if (!algorithmOfKey(library, key)) return undefined
      const { verified, authenticationInfo } = await library.verifyAuthenticationResponse({
        response: {
          ...sameForBoth(id),
          response: {
            clientDataJSON: clientData.toString('base64url'),
            authenticatorData: authenticatorData.toString('base64url'),
            signature: signature.toString('base64url'),
          },
        },
        ...this.#expected,
        expectedChallenge: challenge,
        // Presence is always required by this call, unless it is told to be `advanced`.
        requireUserVerification: false,
        credential: { id, publicKey: key, counter: credential.counter },
      })
      const { newCounter, credentialBackedUp, userVerified } = authenticationInfo
      return verified
        ? { counter: newCounter, backedUp: credentialBackedUp, userVerified }
        : undefined
    })
  }
}

/** Written anew, so that the library sees nothing that was not read here. */
function sameForBoth(id: string) {
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const
}

/** Whatever the library throws is of what came: it has nothing else to fail of, once it is loaded. */
async function refusingFaults<Proved>(
  prove: (library: Library) => Promise<Proved | undefined>,
): Promise<Proved | undefined> {
  const library = await loadLibrary()
  try {
    return await prove(library)
  } catch {
    return undefined
  }
}
