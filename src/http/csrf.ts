import type { Session } from '../core/sessions/index.ts'
import { equalInConstantTime } from '../kernel/digest.ts'
import { hmacSha256 } from '../kernel/hmac.ts'
import type { KeyRing } from '../kernel/key-ring.ts'
import { type Random, urlSafe } from '../kernel/random.ts'

/** The field of a form; `X-CSRF-Token` is the header for scripts. */
export const csrfField = 'csrf_token'
export const csrfHeader = 'x-csrf-token'

/**
 * Tokens that bind a form to the session it was made for (OWASP CSRF, signed double submit): a salt,
 * and a MAC of the salt and the session. Nothing is stored; each rendering has another one, so that
 * compression tells nothing (BREACH).
 */
export class FormTokens {
  readonly #keys: KeyRing
  readonly #random: Random

  constructor(keys: KeyRing, random: Random) {
    this.#keys = keys
    this.#random = random
  }

  make(session: Session): string {
    const salt = urlSafe(this.#random, 16)
    const [key] = this.#keys.for('csrf')
    return `${salt}.${mac(key, salt, session)}`
  }

  matches(token: string, session: Session): boolean {
    const [salt = '', given = '', ...rest] = token.split('.')
    if (rest.length > 0) return false
    return this.#keys
      .for('csrf')
      .some((key) => equalInConstantTime(Buffer.from(given), Buffer.from(mac(key, salt, session))))
  }
}

function mac(key: Uint8Array, salt: string, session: Session): string {
  return hmacSha256(key, `${salt}.${session.id}`)
}
