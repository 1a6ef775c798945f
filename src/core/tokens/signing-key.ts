import type { Instant } from '../../kernel/clock.ts'

/** What access tokens may be signed with. HS256 is for those who verify here only: nobody else can. */
export const signingAlgorithms = ['EdDSA', 'ES256', 'RS256', 'PS256', 'HS256'] as const

export type SigningAlgorithm = (typeof signingAlgorithms)[number]

/** A key as it lies in the database. Whoever reads this can neither sign nor verify. */
export interface SigningKeyRecord {
  /** `kid`: the thumbprint (RFC 7638). */
  readonly id: string
  /** Counts up from 1. Unique, so of several nodes that make the next key one does. */
  readonly generation: number
  readonly algorithm: SigningAlgorithm
  /** The private key, sealed under the master key and bound to the id. */
  readonly sealed: string
  readonly createdAt: Instant
  /** From when on it signs. Before that it is published, so that all who verify know it by then. */
  readonly signsFrom: Instant
  /** Since when nothing that it has signed is accepted, by an operator's will. */
  readonly retiredAt: Instant | undefined
}
