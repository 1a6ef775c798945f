import type { AccountStore } from './core/accounts/index.ts'
import {
  CarriedByKind,
  SealedSessions,
  type SessionCarrier,
  StoredSessions,
} from './core/sessions/index.ts'
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

/** Tokens that find sessions in a store; or tokens that are sessions, but for those that are refreshed. */
export function sessionCarrierOf({
  sessions: { store, isSealed },
  checking: { check, standings, revocations },
  accounts,
  keys,
  random,
}: Place): SessionCarrier {
  const stored = new StoredSessions({ store, check, revocations, random })
  if (!isSealed) return stored
  const seal = new Seal(keys, random)
  return new CarriedByKind(new SealedSessions({ seal, accounts, standings, revocations }), stored)
}
