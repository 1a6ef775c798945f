import type { Configuration } from './config/index.ts'
import type { Audit } from './core/audit/index.ts'
import { Tokens, type TokensDependencies } from './core/flows/tokens/index.ts'
import type { IssuerDescription, Log } from './http/context.ts'
import { AccessTokenIssuer } from './issuer/access-tokens.ts'
import { SigningKeys } from './issuer/signing-keys.ts'
import type { Clock } from './kernel/clock.ts'
import { sha256 } from './kernel/digest.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import type { Random } from './kernel/random.ts'
import { Sealing } from './kernel/sealing.ts'
import type { Meters } from './metrics/meters.ts'
import { SqlRefreshFamilyStore } from './stores/sql/refresh-families.ts'
import { SqlSigningKeyStore } from './stores/sql/signing-keys.ts'
import type { UnitDatabase } from './stores/sql/unit-of-work.ts'

interface Place {
  readonly configuration: Configuration
  readonly database: UnitDatabase
  readonly audit: Pick<Audit, 'record'>
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meters: Pick<Meters, 'watch'>
}

/** What signs access tokens, before there is a session to sign for. */
export interface OpenIssuer {
  readonly accessTokens: AccessTokenIssuer
  readonly signingKeys: SigningKeys
  readonly description: IssuerDescription
}

export function signingKeysOf(
  place: Omit<Place, 'log' | 'meters'>,
  actor: 'operator' | 'system',
): SigningKeys {
  const { configuration, database, audit, keys, clock, random } = place
  return new SigningKeys({
    store: new SqlSigningKeyStore(database),
    sealing: new Sealing(keys, 'signing key', random),
    clock,
    algorithm: configuration.token_algorithm,
    every: configuration.token_key_rotation,
    unitOfWork: database,
    audit,
    actor,
  })
}

/**
 * Opens the keys, making the first; closes the database when it cannot.
 * @throws {ConfigurationError} They were sealed under a master key that is not there.
 */
export async function openIssuer(place: Place): Promise<OpenIssuer> {
  const { configuration, database, clock, random } = place
  const signingKeys = signingKeysOf(place, 'system')
  try {
    await signingKeys.open()
  } catch (error) {
    await database.close()
    throw error
  }
  const issuer = configuration.url.origin
  const accessTokens = new AccessTokenIssuer({
    keys: signingKeys,
    issuer,
    audience: configuration.token_audience,
    lifetime: configuration.access_token_lifetime,
    clock,
    random,
  })
  const servers = configuration.resource_servers ?? []
  const description: IssuerDescription = {
    name: issuer,
    keySet: () => signingKeys.accepted.toJSON(),
    passwordGrant: configuration.password_grant,
    resourceServers: new Map(servers.map(({ id, key }) => [id, sha256(key.expose())])),
  }
  return { accessTokens, signingKeys, description }
}

export function tokensOf(
  { database, audit, keys, clock, random, meters }: Place,
  joined: Pick<TokensDependencies, 'sessions' | 'signOut' | 'factors' | 'accessTokens'>,
): Tokens {
  const tokens = new Tokens({
    ...joined,
    families: new SqlRefreshFamilyStore(database),
    unitOfWork: database,
    audit,
    keys,
    clock,
    random,
  })
  meters.watch('tokenRefreshes', () => tokens.counts.refreshes)
  meters.watch('tokenReuses', () => tokens.counts.reuses)
  return tokens
}
