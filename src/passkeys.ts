import type { Configuration } from './config/index.ts'
import { type PasskeyOptions, Passkeys } from './core/passkeys/index.ts'
import { ownOrigins } from './http/origin.ts'
import type { Clock } from './kernel/clock.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import type { Random } from './kernel/random.ts'
import type { Database } from './stores/sql/database.ts'
import { SqlPasskeyStore } from './stores/sql/passkeys.ts'
import { creationOptions, requestOptions } from './webauthn/options.ts'
import { WebAuthn } from './webauthn/verifier.ts'

export interface PasskeyParts {
  readonly configuration: Pick<Configuration, 'url' | 'service_name'>
  readonly database: Database
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
}

/**
 * Passkeys are made for the name of the host. That and the pages that may ask for them are what the configuration
 * says, whatever a request does (WebAuthn Level 3, 13.4.9).
 */
export function openPasskeys({ configuration, database, ...ports }: PasskeyParts): Passkeys {
  const { url, service_name: rpName } = configuration
  const origins = ownOrigins(url)
  // An address is no name. On this machine there is one that browsers know.
  const rpId = origins.size > 1 ? 'localhost' : url.hostname
  const options: PasskeyOptions = {
    toCreate: ({ challenge, owner: { id, email, fullName }, known }) =>
      creationOptions({
        rpId,
        rpName,
        accountId: id,
        email,
        displayName: fullName,
        challenge,
        known,
      }),
    toGet: ({ challenge, allowed }) => requestOptions({ rpId, challenge, known: allowed }),
  }
  const verifier = new WebAuthn({ rpId, origins: [...origins] })
  return new Passkeys({ store: new SqlPasskeyStore(database), verifier, options, ...ports })
}
