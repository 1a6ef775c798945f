import { isUtf8 } from 'node:buffer'
import { decodeBase64url } from '../kernel/base64url.ts'
import { parseJson } from '../kernel/json.ts'

/** What the browser says it was asked (WebAuthn Level 3, 5.8.1). Nothing is proved, nor is the origin compared. */
export interface ClientData {
  /** base64url in its one spelling. */
  readonly challenge: string
}

export type ClientDataType = 'webauthn.create' | 'webauthn.get'

/** Challenges are chosen by us, so this bounds only what is looked up for nothing. */
const maxChallengeLength = 512

const maxDepth = 8

/**
 * Reads `clientDataJSON`; `undefined` unless it has one meaning and is of the page itself.
 *
 * The library decodes leniently (bytes that are not UTF-8 become U+FFFD) and parses leniently (of a name that is
 * there twice, the last one counts): whoever stands between could show two readers two origins.
 */
export function readClientData(bytes: Buffer, expected: ClientDataType): ClientData | undefined {
  const parsed = isUtf8(bytes) ? parseJson(bytes.toString(), maxDepth) : undefined
  if (parsed?.kind !== 'parsed') return undefined
  const { value } = parsed
  if (typeof value !== 'object' || value === null) return undefined
  const { type, challenge, crossOrigin, topOrigin } = value as Record<string, unknown>
  if (type !== expected) return undefined
  // Asked from within a frame of another site: who sees the page cannot know who asks (7.1, 7.2,
  // and 13.4.2 on clickjacking). The library takes it at a registration, and at an assertion without `topOrigin`.
  if (crossOrigin !== undefined && crossOrigin !== false) return undefined
  // Set only where crossOrigin is true (5.8.1); a browser that says it alone is not to be believed.
  if (topOrigin !== undefined) return undefined
  if (typeof challenge !== 'string' || challenge === '') return undefined
  const isOne = challenge.length <= maxChallengeLength && decodeBase64url(challenge)
  return isOne ? { challenge } : undefined
}
