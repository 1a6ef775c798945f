import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import type { TokenHash } from '../../kernel/token.ts'
import { anAccount, anInstant, aSession } from '../../testing/records.ts'
import type { PresentedToken, StartedSession } from './carrier.ts'
import type { Word } from './revocation.ts'
import type { Session, SessionId } from './session.ts'
import type { Ended, SessionStore } from './store.ts'
import { StoredSessions } from './stored.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const account = anAccount()
const { tokenHash: _, ...begun } = aSession(account)

const nextId = (at: number) => `sn_${String(at).padStart(22, '0')}` as SessionId

/** Stored sessions over a map, as the promises of a store say. */
function storedSessions() {
  const kept = new Map<TokenHash, Session>()
  const told: Word[] = []
  const end = (hash: TokenHash): Ended | undefined => {
    const session = kept.get(hash)
    kept.delete(hash)
    return session && { accountId: session.accountId, id: session.id }
  }
  const store: Pick<SessionStore, 'insert' | 'findLive' | 'end'> = {
    insert: async (session, { replaced } = {}) => {
      await Promise.resolve()
      const ended = replaced && end(replaced)
      kept.set(session.tokenHash, session)
      return ended ? [ended] : []
    },
    findLive: async (hash) => kept.get(hash),
    end: async (hash) => end(hash),
  }
  const stored = new StoredSessions({
    store: store as SessionStore,
    check: { find: (hash, now) => store.findLive(hash, now) },
    revocations: { announce: async (all) => void told.push(...all) },
    random: systemRandom,
  })
  return { stored, kept, told }
}

async function started(stored: StoredSessions): Promise<[StartedSession, PresentedToken]> {
  const one = await stored.begin(begun, {})
  if (one === 'full') throw new Error(one)
  return [one, presented(one)]
}

function presented({ session: { kind }, token }: StartedSession): PresentedToken {
  return { kind, value: token }
}

describe('a stored session that goes on under another token', () => {
  it('goes on for one of 16 parallel callers, with nothing left of the others', async () => {
    const { stored, kept, told } = storedSessions()
    const [former, token] = await started(stored)
    const all = await Promise.all(
      Array.from({ length: 16 }, (_, at) => stored.swap({ ...begun, id: nextId(at) }, token)),
    )
    const [next, ...others] = all.filter((one) => one !== undefined)
    expect(others).toEqual([])
    expect([...kept.values()]).toEqual([next?.session])
    expect(await stored.find(presented(next as StartedSession), start)).toEqual(next?.session)
    expect(await stored.find(token, start)).toBeUndefined()
    expect(told).toContainEqual({ account: account.id, session: former.session.id })
  })

  it('does so for nobody after it has ended, and nothing is left behind', async () => {
    const { stored, kept } = storedSessions()
    const [, token] = await started(stored)
    await stored.end(token)
    expect(await stored.swap({ ...begun, id: nextId(1) }, token)).toBeUndefined()
    expect(kept.size).toBe(0)
  })

  it('does so for nothing that is no token, and never in place of a session of somebody else', async () => {
    const { stored, kept } = storedSessions()
    const [, token] = await started(stored)
    const nonsense = { kind: 'session', value: new Secret('nonsense') } as const
    expect(await stored.swap({ ...begun, id: nextId(1) }, nonsense)).toBeUndefined()
    expect(await stored.find(token, start)).toBeDefined()
    const another = { ...begun, accountId: anAccount().id, id: nextId(2) }
    expect(await stored.swap(another, token)).toBeUndefined()
    expect([...kept.values()].filter(({ accountId }) => accountId !== account.id)).toEqual([])
  })
})
