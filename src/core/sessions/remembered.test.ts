import { describe, expect, it } from 'vitest'
import { anAccount, anInstant, aSession } from '../../testing/records.ts'
import type { RevocationChannel } from './channel.ts'
import { RememberedCheck } from './remembered.ts'

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
