import { type SessionCarrier, StoredSessions } from './core/sessions/index.ts'
import type { Random } from './kernel/random.ts'
import type { SessionChecking } from './session-check.ts'
import type { OpenSessionStore } from './session-store.ts'

interface Place {
  readonly sessions: OpenSessionStore
  readonly checking: SessionChecking
  readonly random: Random
}

/** Tokens that find sessions in a store. */
export function sessionCarrierOf({
  sessions: { store },
  checking: { check, revocations },
  random,
}: Place): SessionCarrier {
  return new StoredSessions({ store, check, revocations, random })
}
