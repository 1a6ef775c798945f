import { equalInConstantTime } from '../../kernel/digest.ts'
import { hmacSha256 } from '../../kernel/hmac.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import { Secret } from '../../kernel/secret.ts'
import { checksum } from '../../kernel/token.ts'
import type { FamilyId } from './family.ts'

/** Which token of which family. */
export interface Turn {
  readonly family: FamilyId
  readonly counter: number
}

const prefix = 'rft_'

/** The family, the number, a MAC of both, and the checksum of every token. */
const form = /^(rft_([\w-]{22})([0-9a-z]{7})([\w-]{43}))([0-9a-z]{7})$/

/** The text of a refresh token. The same turn has the same text, as long as the master key is the same. */
export function writeRefreshToken({ family, counter }: Turn, keys: KeyRing): Secret {
  const [key] = keys.for('refresh token')
  const number = counter.toString(36).padStart(7, '0')
  const body = `${prefix}${family}${number}${mac(key, family, number)}`
  return new Secret(body + checksum(body))
}

/** The turn that a refresh token stands for; `undefined` for anything that was not made with a key of the ring. */
export function readRefreshToken(text: string, keys: KeyRing): Turn | undefined {
  const [, body = '', family = '', number = '', given = '', sum] = form.exec(text) ?? []
  if (sum === undefined || sum !== checksum(body)) return undefined
  const isOurs = keys
    .for('refresh token')
    .some((key) => equalInConstantTime(Buffer.from(given), Buffer.from(mac(key, family, number))))
  return isOurs ? { family: family as FamilyId, counter: Number.parseInt(number, 36) } : undefined
}

function mac(key: Uint8Array, family: string, number: string): string {
  return hmacSha256(key, `${family}.${number}`)
}
