import type { Digest } from '../kernel/digest.ts'
import { equalInConstantTime, sha256 } from '../kernel/digest.ts'

/** Which program asks, as it says itself. */
export interface ClientCredentials {
  /** Empty when it does not say. */
  readonly id: string
  readonly secret: string
}

interface ClientFields {
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
}

/**
 * Reads RFC 6749, 2.3.1: HTTP Basic, or two fields of the body. `undefined` for a header that cannot be read;
 * `'twice'` where both are given, which is one too many (2.3).
 */
export function clientCredentials(
  headers: Headers,
  { client_id = '', client_secret = '' }: ClientFields,
): ClientCredentials | 'twice' | undefined {
  const authorization = headers.get('authorization')
  if (authorization === null || !/^basic\b/i.test(authorization)) {
    return { id: client_id, secret: client_secret }
  }
  if (client_secret !== '') return 'twice'
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  const text = encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString()
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 0) return undefined
  const id = decoded(text.slice(0, colon))
  const secret = decoded(text.slice(colon + 1))
  if (id === undefined || secret === undefined) return undefined
  if (client_id !== '' && client_id !== id) return 'twice'
  return { id, secret }
}

/** Is this one of the programs that have a secret here? In the same time for every wrong secret. */
export function isKnown(
  { id, secret }: ClientCredentials,
  known: ReadonlyMap<string, Digest>,
): boolean {
  const expected = known.get(id) ?? sha256('')
  return equalInConstantTime(Buffer.from(sha256(secret)), Buffer.from(expected)) && known.has(id)
}

/** Both parts are encoded as in forms. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
