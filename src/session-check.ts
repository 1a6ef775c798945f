import type { Configuration } from './config/index.ts'
import {
  RememberedCheck,
  RememberedStandings,
  type Revocation,
  type Revocations,
  type SessionCheck,
  SplitCheck,
  type Standings,
  type Word,
} from './core/sessions/index.ts'
import type { Log } from './http/context.ts'
import type { Clock } from './kernel/clock.ts'
import type { Random } from './kernel/random.ts'
import type { Remembered } from './metrics/labels.ts'
import type { Meters } from './metrics/meters.ts'
import type { OpenSessionStore } from './session-store.ts'
import { KeptChannel, type Wire } from './stores/kept-channel.ts'
import type { Database } from './stores/sql/database.ts'
import { postgresWire } from './stores/sql/postgres-channel.ts'
import { SqlSessionCheck, SqlStandings } from './stores/sql/session-check.ts'

export type RevocationListener = (revocation: Revocation) => void

/** How requests are checked, and how word of what has ended reaches whoever remembers it. */
export interface SessionChecking {
  readonly check: SessionCheck
  readonly standings: Standings
  readonly revocations: Revocations
  /** Returns what ends it. */
  readonly onRevoked: (listener: RevocationListener) => () => void
  readonly close: () => void
}

interface Place {
  readonly configuration: Configuration
  readonly database: Database
  readonly sessions: OpenSessionStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meters: Pick<Meters, 'watch'>
}

/** What tells of sessions, and of accounts, that have ended. `undefined` where nothing does. */
interface Channels {
  readonly ofSessions: KeptChannel | undefined
  readonly ofAccounts: KeptChannel | undefined
}

type Forgetful = RememberedCheck | RememberedStandings

export function openSessionChecking(place: Place): SessionChecking {
  const channels = openChannels(place)
  const listeners = new Set<RevocationListener>()
  const tell = (word: Word) => {
    // Which session it was, or whether it was one at all, nobody knows.
    if ('token' in word) return
    for (const listener of listeners) {
      try {
        listener(word)
      } catch (error) {
        // It is somebody else's code: what was revoked is revoked, and others are to hear of it.
        place.log.error({ err: error }, 'a listener to revocations has failed')
      }
    }
  }
  const open = new Set(Object.values(channels).filter((one) => one instanceof KeptChannel))
  for (const channel of open) channel.listen({ told: tell, missed: () => undefined })

  watchChannels(place, [...open])
  const { check, standings, memories } = checkOf(place, channels)
  return {
    check,
    standings,
    revocations: revocationsOf(channels, memories, tell),
    onRevoked: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => {
      for (const channel of open) channel.close()
    },
  }
}

function watchChannels({ meters, clock }: Place, channels: readonly KeptChannel[]): void {
  meters.watch('channels', () => channels.length)
  meters.watch(
    'channelsHeard',
    () => channels.filter((channel) => channel.isHeard(clock.now())).length,
  )
}

function watchMemory({ meters }: Place, of: Remembered, memory: SessionCheck | Standings): void {
  meters.watch('cacheHits', () => memory.counts?.hits, { of })
  meters.watch('cacheMisses', () => memory.counts?.misses, { of })
}

/** PostgreSQL tells of accounts by itself, and of sessions where their own store cannot. */
function openChannels({ configuration, database, sessions, clock, random, log }: Place): Channels {
  const keep = (over: string, wire: Wire) => {
    const report = (fault: string | undefined) =>
      fault === undefined
        ? log.info({ over }, 'revocations are heard again')
        : log.warn({ over, fault }, 'revocations are not heard: each session check asks the store')
    return new KeptChannel({ wire, clock, report })
  }
  const url = configuration.database_url?.expose()
  const ofAccounts = url ? keep('PostgreSQL', postgresWire(url, database, random)) : undefined
  const ofSessions = sessions.wire ? keep('Redis', sessions.wire) : ofAccounts
  return { ofAccounts, ofSessions }
}

/**
 * What is over the network is remembered where something tells of every revocation. The embedded database
 * remembers by itself; memory and files are as near as a memory would be.
 */
function checkOf(
  place: Place,
  { ofSessions, ofAccounts }: Channels,
): Pick<SessionChecking, 'check' | 'standings'> & { readonly memories: readonly Forgetful[] } {
  const { configuration, database, sessions, clock } = place
  const { session_store } = configuration
  const memories: Forgetful[] = []
  const isNear = session_store === 'memory' || session_store === 'filesystem'
  const known = (check: SessionCheck): SessionCheck => {
    const memory = ofSessions && !isNear ? new RememberedCheck(check, ofSessions) : undefined
    if (memory) memories.push(memory)
    watchMemory(place, 'sessions', memory ?? check)
    return memory ?? check
  }
  let standings: Standings = new SqlStandings(database)
  const besideAccounts = () => known(new SqlSessionCheck(database))
  if (session_store === 'database') return { check: besideAccounts(), standings, memories }

  if (ofAccounts) {
    const memory = new RememberedStandings(standings, ofAccounts, clock)
    memories.push(memory)
    standings = memory
  }
  watchMemory(place, 'accounts', standings)
  const { store, isSealed } = sessions
  if (isSealed) return { check: besideAccounts(), standings, memories }
  const stored = known({
    find: (hash, now) => store.findLive(hash, now),
    atOnce: (hash, now) => store.atOnce?.(hash, now),
  })
  return { check: new SplitCheck(stored, standings), standings, memories }
}

function revocationsOf(
  { ofSessions, ofAccounts }: Channels,
  memories: readonly Forgetful[],
  tell: (word: Word) => void,
): Revocations {
  return {
    async announce(all) {
      for (const memory of memories) for (const word of all) memory.forget(word)
      const ofAccount = (word: Word) => !('token' in word || word.session)
      const single = all.filter((word) => !ofAccount(word))
      // Where there is a channel listeners hear of their own process as of others: once.
      if (!ofSessions) single.forEach(tell)
      else await ofSessions.send(single)
      // Of whole accounts the database has told already: see `0004-revocations.ts`.
      if (!ofAccounts) all.filter(ofAccount).forEach(tell)
    },
  }
}
