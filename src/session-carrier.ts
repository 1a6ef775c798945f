import type { AccountStore } from './core/accounts/index.ts'
import { SealedSessions, type SessionCarrier, StoredSessions } from './core/sessions/index.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import type { Random } from './kernel/random.ts'
import { Seal } from './kernel/seal.ts'
import type { SessionChecking } from './session-check.ts'
import type { OpenSessionStore } from './session-store.ts'

interface Place {
  readonly sessions: OpenSessionStore
  readonly checking: SessionChecking
  readonly accounts: AccountStore
  readonly keys: KeyRing
  readonly random: Random
}

/** Tokens that find sessions in a store, or without one tokens that are sessions. */
export function sessionCarrierOf({
  sessions: { store },
  checking: { check, standings, revocations },
  accounts,
  keys,
  random,
}: Place): SessionCarrier {
  if (store && check) return new StoredSessions({ store, check, revocations, random })
  return new SealedSessions({ seal: new Seal(keys, random), accounts, standings, revocations })
}
