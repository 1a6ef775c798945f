import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialDescriptorJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { Passkey } from '../core/passkeys/index.ts'
import { coseAlgorithms } from './cose.ts'
import { knownTransports } from './transports.ts'

/** WebAuthn Level 3, 15.1 recommends five minutes: less keeps out whoever needs more time (WCAG 2.2, 2.2.1). */
const timeoutMs = 300_000

type Known = Pick<Passkey, 'credentialId' | 'transports'>

export interface CreationWish {
  readonly rpId: string
  /** What authenticators show: the name of the service. */
  readonly rpName: string
  /** Comes back as the user handle of every assertion. */
  readonly accountId: string
  readonly email: string
  readonly displayName: string
  /** base64url. */
  readonly challenge: string
  /** The account's passkeys: an authenticator that holds one of them makes no second. */
  readonly known: readonly Known[]
}

/** What `navigator.credentials.create()` is asked, once a browser has parsed it (WebAuthn Level 3, 5.1.8). */
export function creationOptions(wish: CreationWish): PublicKeyCredentialCreationOptionsJSON {
  const { rpId, rpName, accountId, email, displayName, challenge, known } = wish
  return {
    rp: { id: rpId, name: rpName },
    user: { id: Buffer.from(accountId).toString('base64url'), name: email, displayName },
    challenge,
    pubKeyCredParams: coseAlgorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: timeoutMs,
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: {
      // Signs in without a name being typed: the authenticator remembers whose it is.
      residentKey: 'required',
      // The same for authenticators of Level 1 (5.4.4).
      requireResidentKey: true,
      userVerification: 'preferred',
    },
    // Who made the authenticator is nothing that we need to know of a person.
    attestation: 'none',
  }
}

export interface RequestWish {
  readonly rpId: string
  /** base64url. */
  readonly challenge: string
  /** The passkeys that will do; none named where any of this service will. */
  readonly known: readonly Known[]
}

/** What `navigator.credentials.get()` is asked. */
export function requestOptions(wish: RequestWish): PublicKeyCredentialRequestOptionsJSON {
  const { rpId, challenge, known } = wish
  return {
    challenge,
    rpId,
    timeout: timeoutMs,
    userVerification: 'preferred',
    allowCredentials: known.map(descriptorOf),
  }
}

function descriptorOf({ credentialId, transports }: Known): PublicKeyCredentialDescriptorJSON {
  const hints = knownTransports(transports)
  // An empty list is left out: it could be read as "by no way at all".
  return { id: credentialId, type: 'public-key', ...(hints.length > 0 && { transports: hints }) }
}
