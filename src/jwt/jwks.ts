import type { Algorithm } from './algorithm.ts'
import { TokenKeyError } from './errors.ts'
import { exportJwk, importJwk, type JsonWebKey, type PublicJwk, thumbprint } from './jwk.ts'
import type { KeyOptions, TokenKey } from './key.ts'

/** Keys that tokens may be signed with, found by the id that a token names. */
export interface Jwks {
  readonly keys: readonly TokenKey[]

  /**
   * The key that a token names, if it is one for this algorithm. Of a token that names none: the only key for
   * this algorithm; `undefined` where there are several, for none is tried out.
   */
  find(id: string | undefined, algorithm: Algorithm): TokenKey | undefined

  /** The public key set, as it stands at `/.well-known/jwks.json` (RFC 7517, 5). Keys of HS256 are not in it. */
  toJSON(): { readonly keys: readonly PublicJwk[] }
}

/**
 * Makes a key set. A key without id gets its thumbprint for one (RFC 7638).
 *
 * @throws {TokenKeyError} Two keys have the same id.
 *
 * @example Publish the keys that have signed what is still in use
 * const jwks = createJwks([current, previous])
 * response.end(JSON.stringify(jwks))
 */
export function createJwks(given: readonly TokenKey[]): Jwks {
  const keys = given.map((key) => ({ ...key, id: key.id ?? thumbprint(key) }))
  const byId = new Map(keys.map((key) => [key.id, key]))
  if (byId.size !== keys.length) throw new TokenKeyError('duplicate_id')
  return {
    keys,
    find: (id, algorithm) => {
      if (id === undefined) return onlyOne(keys.filter((key) => key.algorithm === algorithm))
      const key = byId.get(id)
      return key?.algorithm === algorithm ? key : undefined
    },
    toJSON: () => ({ keys: keys.filter((key) => key.algorithm !== 'HS256').map(exportJwk) }),
  }
}

/**
 * Takes the key set of somebody who signs, such as was fetched from their `jwks_uri`. Keys for something
 * else than these signatures are left out, as RFC 7517, 5 asks for.
 *
 * @throws {TokenKeyError} It is no key set.
 */
export function importJwks(
  document: { readonly keys?: unknown },
  options: Pick<KeyOptions, 'minRsaBits'> = {},
): Jwks {
  if (!Array.isArray(document?.keys)) throw new TokenKeyError('malformed')
  return createJwks(document.keys.flatMap((jwk: JsonWebKey) => usable(jwk, options)))
}

function usable(jwk: JsonWebKey, options: KeyOptions): TokenKey[] {
  try {
    return [importJwk(jwk, options)]
  } catch (error) {
    if (error instanceof TokenKeyError) return []
    throw error
  }
}

function onlyOne(keys: readonly TokenKey[]): TokenKey | undefined {
  return keys.length === 1 ? keys[0] : undefined
}
