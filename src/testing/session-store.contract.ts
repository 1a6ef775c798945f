import { describe, expect, it } from 'vitest'
import type { Account, AccountId } from '../core/accounts/index.ts'
import type { Inserted, Session, SessionStore } from '../core/sessions/index.ts'
import { anInstant, aSession, aTokenHash } from './records.ts'

const start = anInstant('2030-01-01T00:00:00Z')

/** What every {@link SessionStore} must do. `open` also gives an account that exists, to own the sessions. */
export function sessionStoreContract(
  name: string,
  open: () => Promise<{ store: SessionStore; account: Account }>,
): void {
  describe(`session store contract: ${name}`, () => {
    it('gives back a session exactly as it was added, by the hash of its token', async () => {
      const { store, account } = await open()
      const session = aSession(account, { kind: 'bearer', epoch: 7 })
      await store.insert(session)
      expect(await store.findLive(session.tokenHash, start)).toEqual(session)
      expect(await store.findLive(aTokenHash(), start)).toBeUndefined()
    })

    it('forgets a session at the very instant it expires', async () => {
      const { store, account } = await open()
      const session = aSession(account, { expiresAt: anInstant('2030-01-01T00:30:00Z') })
      await store.insert(session)
      const justBefore = anInstant('2030-01-01T00:29:59.999Z')
      expect(await store.findLive(session.tokenHash, justBefore)).toEqual(session)
      expect(await store.findLive(session.tokenHash, session.expiresAt)).toBeUndefined()
    })

    it('moves the end of a session later and never earlier, in whatever order calls arrive', async () => {
      const { store, account } = await open()
      const session = aSession(account)
      await store.insert(session)
      const ends = Array.from({ length: 16 }, (_, at) =>
        anInstant(`2030-01-01T00:${String(31 + at)}:00Z`),
      )
      const shuffled = [...ends].sort((a, b) => (a % 7) - (b % 7))
      await Promise.all(
        shuffled.map((end) =>
          store.extend([{ hash: session.tokenHash, expiresAt: end, at: start }]),
        ),
      )
      const found = await store.findLive(session.tokenHash, start)
      expect(found?.expiresAt).toBe(ends.at(-1))
    })

    it('never revives a session that has expired', async () => {
      const { store, account } = await open()
      const session = aSession(account)
      await store.insert(session)
      const later = anInstant('2030-01-01T01:00:00Z')
      await store.extend([{ hash: session.tokenHash, expiresAt: later, at: session.expiresAt }])
      expect(await store.findLive(session.tokenHash, session.expiresAt)).toBeUndefined()
    })

    it('ends a session once: one of 16 parallel callers is told so', async () => {
      const { store, account } = await open()
      const session = aSession(account)
      await store.insert(session)
      const results = await Promise.all(
        Array.from({ length: 16 }, () => store.end(session.tokenHash)),
      )
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await store.findLive(session.tokenHash, start)).toBeUndefined()
      expect(await store.end(session.tokenHash)).toBeUndefined()
    })

    it('ends that session only', async () => {
      const { store, account } = await open()
      const [ended, kept] = [aSession(account), aSession(account)]
      await store.insert(ended)
      await store.insert(kept)
      await store.end(ended.tokenHash)
      expect(await store.findLive(kept.tokenHash, start)).toEqual(kept)
    })

    it('cannot revive a session that was ended while a request was in flight', async () => {
      const { store, account } = await open()
      for (let round = 0; round < 16; round++) {
        const session = aSession(account)
        await store.insert(session)
        const end = anInstant('2030-01-01T01:00:00Z')
        await Promise.all([
          store.extend([{ hash: session.tokenHash, expiresAt: end, at: start }]),
          store.end(session.tokenHash),
          store.extend([{ hash: session.tokenHash, expiresAt: end, at: start }]),
        ])
        expect(await store.findLive(session.tokenHash, start)).toBeUndefined()
      }
    })

    it('replaces a session in one step: the old one is gone when the new one is there', async () => {
      const { store, account } = await open()
      const [old, fresh] = [aSession(account), aSession(account)]
      await store.insert(old)
      await store.insert(fresh, { replaced: old.tokenHash })
      expect(await store.findLive(old.tokenHash, start)).toBeUndefined()
      expect(await store.findLive(fresh.tokenHash, start)).toEqual(fresh)
    })

    it('shows at no moment both the old session and the new one, or neither', async () => {
      const { store, account } = await open()
      for (let round = 0; round < 16; round++) {
        const [old, fresh] = [aSession(account), aSession(account)]
        await store.insert(old)
        let replacing = true
        const replaced = store.insert(fresh, { replaced: old.tokenHash }).finally(() => {
          replacing = false
        })
        while (replacing) {
          const before = await store.findLive(old.tokenHash, start)
          if (!before) expect(await store.findLive(fresh.tokenHash, start)).toEqual(fresh)
          const begun = await store.findLive(fresh.tokenHash, start)
          if (begun) expect(await store.findLive(old.tokenHash, start)).toBeUndefined()
          await new Promise(setImmediate)
        }
        await replaced
      }
    })

    it('adds a session whose predecessor is unknown', async () => {
      const { store, account } = await open()
      const session = aSession(account)
      await store.insert(session, { replaced: aTokenHash() })
      expect(await store.findLive(session.tokenHash, start)).toEqual(session)
    })

    it('keeps all of 16 sessions that replace the same one in parallel, and not that one', async () => {
      const { store, account } = await open()
      const old = aSession(account)
      await store.insert(old)
      const fresh = Array.from({ length: 16 }, () => aSession(account))
      await Promise.all(fresh.map((session) => store.insert(session, { replaced: old.tokenHash })))
      expect(await store.findLive(old.tokenHash, start)).toBeUndefined()
      for (const session of fresh) {
        expect(await store.findLive(session.tokenHash, start)).toEqual(session)
      }
    })

    it('keeps when a session was last used, with its end', async () => {
      const { store, account } = await open()
      const session = aSession(account)
      await store.insert(session)
      const now = anInstant('2030-01-01T00:10:00Z')
      await store.extend([
        { hash: session.tokenHash, expiresAt: anInstant('2030-01-01T00:40:00Z'), at: now },
      ])
      expect((await store.findLive(session.tokenHash, now))?.seenAt).toBe(now)
    })

    it('lists what is live of an account and of its epoch, the last used first', async () => {
      const { store, account } = await open()
      const at = (minute: number) => anInstant(`2030-01-01T00:0${minute}:00Z`)
      const [first, last, middle] = [1, 3, 2].map((minute) =>
        aSession(account, { seenAt: at(minute) }),
      ) as [Session, Session, Session]
      const over = aSession(account, { expiresAt: at(1) })
      const former = aSession(account, { epoch: account.epoch - 1 })
      for (const session of [first, last, middle, over, former]) await store.insert(session)
      expect(await store.listLive(account.id, account.epoch, at(4))).toEqual([last, middle, first])
      expect(await store.listLive('acc_nobody' as AccountId, account.epoch, at(4))).toEqual([])
    })

    it('ends a session by its id for its owner alone: one of 16 parallel callers is told so', async () => {
      const { store, account } = await open()
      const [ended, kept] = [aSession(account), aSession(account)]
      await store.insert(ended)
      await store.insert(kept)
      expect(await store.endById('acc_nobody' as AccountId, ended.id)).toBe(false)
      const results = await Promise.all(
        Array.from({ length: 16 }, () => store.endById(account.id, ended.id)),
      )
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await store.findLive(ended.tokenHash, start)).toBeUndefined()
      expect(await store.findLive(kept.tokenHash, start)).toEqual(kept)
    })

    it('leaves an account so many sessions, and always the new one', async () => {
      const { store, account } = await open()
      const sessions = Array.from({ length: 5 }, (_, at) =>
        aSession(account, { seenAt: anInstant(`2030-01-01T00:0${at}:00Z`) }),
      )
      for (const session of sessions) await store.insert(session, { most: 3 })
      const late = anInstant('2030-01-01T00:06:00Z')
      const kept = await store.listLive(account.id, account.epoch, late)
      expect(kept).toEqual(sessions.slice(2).reverse())
      const earlier = aSession(account)
      await store.insert(earlier, { most: 1 })
      expect(await store.listLive(account.id, account.epoch, late)).toEqual([earlier])
    })

    it('leaves so many of 16 sessions that begin in parallel', async () => {
      const { store, account } = await open()
      const sessions = Array.from({ length: 16 }, () => aSession(account))
      await Promise.all(sessions.map((session) => store.insert(session, { most: 4 })))
      expect(await store.listLive(account.id, account.epoch, start)).toHaveLength(4)
    })

    it('tells which sessions ended so that the new one could begin', async () => {
      const { store, account } = await open()
      const at = (minute: number) => anInstant(`2030-01-01T00:0${minute}:00Z`)
      const [oldest, old, replaced, fresh] = [1, 2, 3, 4].map((minute) =>
        aSession(account, { seenAt: at(minute) }),
      ) as [Session, Session, Session, Session]
      for (const session of [oldest, old, replaced]) {
        expect(await store.insert(session, { most: 3 })).toEqual([])
      }
      const ended = await store.insert(fresh, { most: 2, replaced: replaced.tokenHash })
      expect(idsOf(ended)).toEqual([oldest.id, replaced.id].sort())
      expect(await store.insert(aSession(account), { replaced: aTokenHash() })).toEqual([])
      expect(await store.end(old.tokenHash)).toMatchObject({ accountId: account.id, id: old.id })
    })

    it('refuses a session beyond so many where it is told to, and ends none', async () => {
      const { store, account } = await open()
      const own = [aSession(account), aSession(account)]
      const refusing = { most: 2, whenFull: 'refuse' } as const
      for (const session of own) expect(await store.insert(session, refusing)).toEqual([])
      const more = aSession(account)
      expect(await store.insert(more, refusing)).toBe('full')
      expect(await store.findLive(more.tokenHash, start)).toBeUndefined()
      expect(await store.listLive(account.id, account.epoch, start)).toHaveLength(2)
    })

    it('refuses none that takes the place of another, nor counts what is over or of a former epoch', async () => {
      const { store, account } = await open()
      const refusing = { most: 1, whenFull: 'refuse' } as const
      const old = aSession(account)
      await store.insert(old)
      await store.insert(aSession(account, { epoch: account.epoch - 1 }))
      await store.insert(aSession(account, { expiresAt: start }))
      const fresh = aSession(account)
      expect(idsOf(await store.insert(fresh, { ...refusing, replaced: old.tokenHash }))).toEqual([
        old.id,
      ])
      expect(await store.findLive(fresh.tokenHash, start)).toEqual(fresh)
      const unknown = { ...refusing, replaced: aTokenHash() }
      expect(await store.insert(aSession(account), unknown)).toBe('full')
      expect(await store.findLive(fresh.tokenHash, start)).toEqual(fresh)
    })

    it('lets so many of 16 in that begin in parallel, and refuses the others', async () => {
      const { store, account } = await open()
      const refusing = { most: 4, whenFull: 'refuse' } as const
      const sessions = Array.from({ length: 16 }, () => aSession(account))
      const answers = await Promise.all(sessions.map((one) => store.insert(one, refusing)))
      expect(answers.filter((answer) => answer === 'full')).toHaveLength(12)
      const live = await store.listLive(account.id, account.epoch, start)
      const letIn = sessions.filter((_, at) => answers[at] !== 'full')
      expect(live.map(({ id }) => id).sort()).toEqual(letIn.map(({ id }) => id).sort())
    })

    it('moves the ends of many sessions together, each by its own rules', async () => {
      const { store, account } = await open()
      const [used, ended, idle] = [aSession(account), aSession(account), aSession(account)]
      for (const session of [used, ended, idle]) await store.insert(session)
      await store.end(ended.tokenHash)
      const later = anInstant('2030-01-01T00:45:00Z')
      const at = anInstant('2030-01-01T00:15:00Z')
      await store.extend([])
      await store.extend([
        { hash: used.tokenHash, expiresAt: later, at },
        { hash: ended.tokenHash, expiresAt: later, at },
        { hash: idle.tokenHash, expiresAt: later, at: idle.expiresAt },
        { hash: aTokenHash(), expiresAt: later, at },
      ])
      const expected = [{ ...used, expiresAt: later, seenAt: at }, idle]
      const live = await store.listLive(account.id, account.epoch, start)
      expect(live).toEqual(expect.arrayContaining(expected))
      expect(live).toHaveLength(2)
    })

    it('sweeps what is over and nothing else, a batch at a time', async () => {
      const { store, account } = await open()
      const over = Array.from({ length: 5 }, () => aSession(account))
      const live = aSession(account, { expiresAt: anInstant('2030-01-01T00:30:00.001Z') })
      for (const session of [...over, live]) await store.insert(session)
      const now = anInstant('2030-01-01T00:30:00Z')
      expect(await store.sweep(now, 3)).toBe(3)
      expect(await store.sweep(now, 3)).toBe(2)
      expect(await store.sweep(now, 3)).toBe(0)
      expect(await store.findLive(live.tokenHash, now)).toEqual(live)
    })
  })
}

function idsOf(ended: Inserted): string[] {
  return ended === 'full' ? ['full'] : ended.map(({ id }) => id).sort()
}
