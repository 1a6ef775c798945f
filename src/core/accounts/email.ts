import { domainToASCII } from 'node:url'
import type { Brand } from '../../kernel/brand.ts'

/** An address as its owner writes it: trimmed, NFC, well formed. */
export type Email = Brand<string, 'Email'>

/** The one form in which addresses are compared and indexed. */
export type CanonicalEmail = Brand<string, 'CanonicalEmail'>

export interface EmailAddress {
  readonly email: Email
  readonly canonical: CanonicalEmail
}

export const maxEmailOctets = 254
const maxLocalOctets = 64

/** RFC 5321 dot-atom, plus letters, marks and digits of other scripts (RFC 6531). */
const localPart =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const domainLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * Reads one e-mail address, or `undefined` when the text is not one.
 *
 * Two spellings of one mailbox give the same canonical form: letter case, composed and decomposed
 * Unicode, full-width letters, and a domain written in Unicode or as `xn--`.
 *
 * @example
 * parseEmail('Ann@Bücher.example')?.canonical // 'ann@xn--bcher-kva.example'
 */
export function parseEmail(text: string): EmailAddress | undefined {
  if (!text.isWellFormed()) return undefined
  const email = text.trim().normalize('NFC')
  const asWritten = parts(email)
  const folded = parts(fold(email))
  // Both forms must hold: neither what is stored nor what is compared may be two addresses.
  if (!asWritten || !folded) return undefined
  const canonical = `${withoutCase(folded.local)}@${folded.domain}`
  return { email: email as Email, canonical: canonical as CanonicalEmail }
}

/** Upper case first: it joins what lower case keeps apart, such as the two Greek sigmas, or `ß` and `SS`. */
function withoutCase(local: string): string {
  return local.toUpperCase().toLowerCase().normalize('NFKC')
}

/** NFKC once more after lower-casing: some letters only compose then (RFC 8265, 3.3.3). */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC')
}

function parts(address: string): { local: string; domain: string } | undefined {
  const at = address.indexOf('@')
  if (at < 1 || at !== address.lastIndexOf('@')) return undefined
  if (Buffer.byteLength(address) > maxEmailOctets) return undefined
  const local = address.slice(0, at)
  if (!localPart.test(local) || Buffer.byteLength(local) > maxLocalOctets) return undefined
  const domain = asciiDomain(address.slice(at + 1))
  if (!domain || local.length + 1 + domain.length > maxEmailOctets) return undefined
  return { local, domain }
}

function asciiDomain(domain: string): string | undefined {
  // The URL parser behind domainToASCII would cut at these and strip those; an address has neither.
  if (/[\p{C}\p{Z}/?#\\:[\]@%]/u.test(domain)) return undefined
  const labels = domainToASCII(domain).split('.')
  const top = labels.at(-1) ?? ''
  // An all-numeric top label is an IP address, in whatever base it was written.
  if (labels.length < 2 || /^\d+$/.test(top) || !labels.every((label) => domainLabel.test(label))) {
    return undefined
  }
  return labels.join('.')
}
