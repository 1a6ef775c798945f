import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/core/accounts/index.ts'
import {
  type PresentedToken,
  type SessionId,
  type SessionStore,
  type StartedSession,
  StoredSessions,
} from '../../src/core/sessions/index.ts'
import { publicId, systemRandom } from '../../src/kernel/random.ts'
import { anInstant, aSession } from '../../src/testing/index.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const kinds = ['session', 'bearer', 'jwt'] as const

function presented({ session: { kind }, token }: StartedSession): PresentedToken {
  return { kind, value: token }
}

/** Sessions go on under another token, as they do once their owner has confirmed who they are: over a real store. */
export function sessionSwap(
  name: string,
  open: () => Promise<{ store: SessionStore; account: Account }>,
): void {
  const opened = async (kind: (typeof kinds)[number] = 'session') => {
    const { store, account } = await open()
    const stored = new StoredSessions({
      store,
      check: { find: (hash, now) => store.findLive(hash, now) },
      revocations: { announce: async () => undefined },
      random: systemRandom,
    })
    const { tokenHash: _, ...session } = aSession(account, { kind })
    const next = () => ({ ...session, id: publicId(systemRandom, 'sn') as SessionId })
    const began = async () => {
      const started = await stored.begin(next(), {})
      if (started === 'full') throw new Error(started)
      return presented(started)
    }
    const left = () => store.listLive(account.id, account.epoch, start)
    return { stored, next, began, left }
  }

  describe(`a session that goes on under another token: ${name}`, () => {
    it.each(kinds)(
      'goes on for one of 16 parallel callers with one former token, and leaves nothing else behind: %s',
      async (kind) => {
        const { stored, next, began, left } = await opened(kind)
        const former = await began()
        const told = await Promise.all(
          Array.from({ length: 16 }, () => stored.swap(next(), former)),
        )
        const all = told.filter((one) => one !== undefined)
        expect(all).toHaveLength(1)
        const [started] = all as [StartedSession]
        expect(await left()).toEqual([started.session])
        expect(await stored.find(presented(started), start)).toEqual(started.session)
        expect(await stored.find(former, start)).toBeUndefined()
      },
    )

    it('goes on for nobody after it has ended, and leaves nothing behind', async () => {
      const { stored, next, began, left } = await opened()
      const former = await began()
      await stored.end(former)
      const told = await Promise.all(Array.from({ length: 16 }, () => stored.swap(next(), former)))
      expect(told.filter((one) => one !== undefined)).toEqual([])
      expect(await left()).toEqual([])
    })

    it('goes on or is over, and never both, where its owner signs out at the same time', async () => {
      const { stored, next, began, left } = await opened()
      for (let round = 0; round < 16; round++) {
        const former = await began()
        const signOut = async () => {
          await stored.end(former)
          return undefined
        }
        const ways = [() => stored.swap(next(), former), signOut]
        const told = await Promise.all(
          (round % 2 === 0 ? ways : ways.toReversed()).map((go) => go()),
        )
        const started = told.find((one) => one !== undefined)
        expect(await left()).toEqual(started ? [started.session] : [])
        expect(await stored.find(former, start)).toBeUndefined()
        if (started) await stored.end(presented(started))
      }
    })
  })
}
