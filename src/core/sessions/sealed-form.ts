import type { TokenKind } from '../../kernel/token.ts'
import type { UncarriedSession } from './carrier.ts'

/**
 * A session as a text to be sealed: its values in one order, without names. Other values or another order are
 * another version of the form: see `sealedPrefixes`.
 */
export function writeSealed(session: UncarriedSession): string {
  return JSON.stringify([
    session.id,
    session.accountId,
    session.epoch,
    session.proofs,
    session.client.agent,
    session.client.address,
    session.createdAt,
    session.authenticatedAt,
    session.seenAt,
    session.expiresAt,
    session.endsAt,
  ])
}

/** The seal vouches that the text is what `writeSealed` wrote, so the types are true. */
export function readSealed(kind: TokenKind, text: string): UncarriedSession {
  const [
    id,
    accountId,
    epoch,
    proofs,
    agent,
    address,
    createdAt,
    authenticatedAt,
    seenAt,
    expiresAt,
    endsAt,
  ] = JSON.parse(text)
  return {
    id,
    kind,
    accountId,
    epoch,
    proofs,
    client: { agent, address },
    createdAt,
    authenticatedAt,
    seenAt,
    expiresAt,
    endsAt,
  }
}
