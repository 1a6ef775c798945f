import { base32, inFours } from './base32.ts'

/** Whose secret it is, as the app will show it. */
export interface TotpLabel {
  /** The name of this service. */
  readonly issuer: string
  /** The name of the account, such as an e-mail address. */
  readonly account: string
}

/**
 * What a QR code for an authenticator app says. Algorithm, digits and period are the ones that apps assume: some
 * ignore what they are told, and some refuse it.
 * @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format
 */
export function otpauthUri(secret: Uint8Array, { issuer, account }: TotpLabel): string {
  // Apps take the first colon for the end of the issuer, however it is written.
  const service = encoded(issuer.replaceAll(':', ' ').replace(/\s+/g, ' ').trim())
  const label = service === '' ? encoded(account) : `${service}:${encoded(account)}`
  const named = service === '' ? '' : `&issuer=${service}`
  return `otpauth://totp/${label}?secret=${base32(secret)}${named}`
}

/** The secret for those who have no camera: apps read over the blanks. */
export function typedSecret(secret: Uint8Array): string {
  return inFours(base32(secret), ' ')
}

/** Blanks as `%20`: apps show a `+` as it is. Half a character, which no URI can carry, becomes U+FFFD. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
