import type { Configuration } from './config/index.ts'
import { Tokens, type TokensDependencies } from './core/flows/tokens/index.ts'
import type { IssuerDescription, Log } from './http/context.ts'
import type { Metric } from './http/metrics.ts'
import { AccessTokenIssuer } from './issuer/access-tokens.ts'
import { SigningKeys } from './issuer/signing-keys.ts'
import type { Clock } from './kernel/clock.ts'
import { sha256 } from './kernel/digest.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import type { Random } from './kernel/random.ts'
import { Sealing } from './kernel/sealing.ts'
import type { Database } from './stores/sql/database.ts'
import { SqlRefreshFamilyStore } from './stores/sql/refresh-families.ts'
import { SqlSigningKeyStore } from './stores/sql/signing-keys.ts'

interface Place {
  readonly configuration: Configuration
  readonly database: Database
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** What signs access tokens, before there is a session to sign for. */
export interface OpenIssuer {
  readonly accessTokens: AccessTokenIssuer
  readonly signingKeys: SigningKeys
  readonly description: IssuerDescription
}

export function signingKeysOf(place: Omit<Place, 'log'>): SigningKeys {
  const { configuration, database, keys, clock, random } = place
  return new SigningKeys({
    store: new SqlSigningKeyStore(database),
    sealing: new Sealing(keys, 'signing key', random),
    clock,
    algorithm: configuration.token_algorithm,
    every: configuration.token_key_rotation,
  })
}

/**
 * Opens the keys, making the first; closes the database when it cannot.
 * @throws {ConfigurationError} They were sealed under a master key that is not there.
 */
export async function openIssuer(place: Place): Promise<OpenIssuer> {
  const { configuration, database, clock, random } = place
  const signingKeys = signingKeysOf(place)
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
  { database, keys, clock, random, log }: Place,
  joined: Pick<TokensDependencies, 'sessions' | 'factors' | 'accessTokens'>,
): Tokens {
  return new Tokens({
    ...joined,
    families: new SqlRefreshFamilyStore(database),
    keys,
    clock,
    random,
    report: ({ accountId, session, address }) =>
      log.warn(
        { account: accountId, session, client: address },
        'an old refresh token was presented: its session has ended',
      ),
  })
}

export function tokenMetrics({ refreshes, reuses }: Tokens['counts']): Metric[] {
  return [
    {
      name: 'sallyport_token_refreshes_total',
      help: 'Refresh tokens that were exchanged.',
      type: 'counter',
      value: refreshes,
    },
    {
      name: 'sallyport_token_reuses_total',
      help: 'Sessions that ended because an old refresh token was presented.',
      type: 'counter',
      value: reuses,
    },
  ]
}
