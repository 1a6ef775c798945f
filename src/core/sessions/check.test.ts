import { expect, it } from 'vitest'
import type { Instant } from '../../kernel/clock.ts'
import { anAccount, anInstant, aSession } from '../../testing/records.ts'
import type { RevocationChannel } from './channel.ts'
import { SplitCheck } from './check.ts'
import { RememberedStandings } from './remembered.ts'

const now: Instant = anInstant('2030-01-01T00:00:00Z')

/** No word ever comes, and what is remembered is trusted all the same. */
const deaf: RevocationChannel = {
  send: async () => undefined,
  listen: () => undefined,
  isHeard: () => true,
}

it('a session of a new epoch is good before word of the epoch has come', async () => {
  const account = anAccount()
  const session = aSession(account)
  let epoch = account.epoch
  const sessions = { find: async () => ({ ...session, epoch }) }
  const standings = new RememberedStandings(
    { standingOf: async () => ({ status: 'active', epoch }) },
    deaf,
    { now: () => now },
  )
  const check = new SplitCheck(sessions, standings)
  expect(await check.find(session.tokenHash, now)).toMatchObject({ epoch })
  epoch += 1
  expect(await check.find(session.tokenHash, now)).toMatchObject({ epoch })
})
