import { describe, expect, it } from 'vitest'
import { anAccount, anInstant, aSession } from '../../testing/records.ts'
import type { RevocationChannel } from './channel.ts'
import { RememberedCheck, RememberedStandings } from './remembered.ts'

const now = anInstant('2030-01-01T00:00:00Z')

const channel: RevocationChannel = {
  send: async () => undefined,
  listen: () => undefined,
  isHeard: () => true,
}

describe('word of a token whose session the store does not know any more', () => {
  const session = aSession(anAccount())
  const word = { token: session.tokenHash }

  it('ends what is remembered of it, and of no other', async () => {
    const other = aSession(anAccount())
    const found = new Map([session, other].map((one) => [one.tokenHash, one]))
    const check = new RememberedCheck({ find: async (hash) => found.get(hash) }, channel)
    for (const hash of found.keys()) await check.find(hash, now)
    check.forget(word)
    expect(check.atOnce(session.tokenHash, now)).toBeUndefined()
    expect(check.atOnce(other.tokenHash, now)).toEqual(other)
  })

  it('keeps a look-up from being remembered that had begun before it', async () => {
    const look = Promise.withResolvers<typeof session>()
    const check = new RememberedCheck({ find: () => look.promise }, channel)
    const finding = check.find(session.tokenHash, now)
    check.forget(word)
    look.resolve(session)
    await finding
    expect(check.atOnce(session.tokenHash, now)).toBeUndefined()
  })
})

describe('what is remembered', () => {
  it('counts what it answered itself, and what it had to look up', async () => {
    const session = aSession(anAccount())
    const stranger = aSession(anAccount())
    const find = async (hash: string) => (hash === session.tokenHash ? session : undefined)
    const check = new RememberedCheck({ find }, channel)
    const standing = { status: 'active', epoch: 0 } as const
    const standings = new RememberedStandings({ standingOf: async () => standing }, channel, {
      now: () => now,
    })
    expect(check.counts).toEqual({ hits: 0, misses: 0 })
    for (let at = 0; at < 3; at++) {
      await check.find(session.tokenHash, now)
      await check.find(stranger.tokenHash, now)
      if (!standings.atOnce(session.accountId)) await standings.standingOf(session.accountId)
    }
    // Of a stranger nothing can be remembered.
    expect(check.counts).toEqual({ hits: 2, misses: 4 })
    expect(standings.counts).toEqual({ hits: 2, misses: 1 })
  })
})
