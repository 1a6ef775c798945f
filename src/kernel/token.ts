import { crc32 } from 'node:zlib'
import type { Brand } from './brand.ts'
import { type Digest, sha256 } from './digest.ts'
import { type Random, urlSafe } from './random.ts'
import { Secret } from './secret.ts'

/**
 * Which door a token opens. The prefix is part of the token, so one kind can never be taken for
 * another, and secret scanners can recognise a leak.
 */
export const tokenPrefixes = {
  /** A browser's session, carried by a cookie. */
  session: 'ses',
  /** A native client's session, carried by an Authorization header. */
  bearer: 'brr',
  /** A sign-in that waits for a second factor. */
  pending: 'pnd',
  /** A browser where no second factor is asked for. */
  device: 'dev',
} as const

export type MintedKind = keyof typeof tokenPrefixes

/** Tokens of sessions. */
export type SessionTokenKind = Exclude<MintedKind, 'pending' | 'device'>

/** What speaks for a session: a token that was minted for it, or a signed one that names it. */
export type TokenKind = SessionTokenKind | 'jwt'

/** The same doors, opened by tokens that are sessions themselves (`seal.ts`). The digit is the version of their form. */
export const sealedPrefixes: { readonly [Kind in SessionTokenKind]: string } = {
  session: 'sse2',
  bearer: 'sbr2',
}

/** What is stored of a token: the hash finds it again and cannot be turned back into it. */
export type TokenHash = Brand<Digest, 'TokenHash'>

const secretBytes = 32
const bodyLength = 47
const tokenLength = 54

/** Mints a bearer secret of 256 random bits, such as `ses_` and 50 characters. It is handed out once. */
export function mintToken(kind: MintedKind, random: Random): Secret {
  const body = `${tokenPrefixes[kind]}_${urlSafe(random, secretBytes)}`
  return new Secret(body + checksum(body))
}

/**
 * The stored form of a well-formed token of this kind, or `undefined` for anything else.
 * The checksum sorts out typing errors and noise before any store is asked; it protects nothing.
 */
export function hashOfToken(kind: MintedKind, text: string): TokenHash | undefined {
  return hasChecksum(text) ? hashOfTokenLike(kind, text) : undefined
}

/**
 * The same before the checksum has been looked at, which takes a third of the time: enough to look into
 * memory, where nothing is found by what nobody has minted.
 */
export function hashOfTokenLike(kind: MintedKind, text: string): TokenHash | undefined {
  const isLike = text.length === tokenLength && text.startsWith(tokenPrefixes[kind])
  return isLike ? (sha256(text) as TokenHash) : undefined
}

function hasChecksum(text: string): boolean {
  return text.slice(bodyLength) === checksum(text.slice(0, bodyLength))
}

/** The end of every token: seven characters by which typing errors, and leaks, are recognised. */
export const checksumLength = 7

export function checksum(body: string): string {
  return crc32(body).toString(36).padStart(checksumLength, '0')
}
