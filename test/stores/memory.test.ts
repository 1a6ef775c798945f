import { describe, expect, it } from 'vitest'
import { OverloadedError } from '../../src/kernel/errors.ts'
import { MemorySessionStore } from '../../src/stores/memory/sessions.ts'
import { anAccount, anInstant, aSession, sessionStoreContract } from '../../src/testing/index.ts'
import { sessionStoreModel } from './session-model.ts'
import { sessionSwap } from './session-swap.ts'

const open = async () => ({ store: new MemorySessionStore(), account: anAccount() })

sessionStoreContract('memory', open)
sessionStoreModel('memory', open)
sessionSwap('memory', open)

describe('the bound of sessions in memory', () => {
  const start = anInstant('2030-01-01T00:00:00Z')
  const [account, other] = [anAccount(), anAccount()]

  async function full() {
    const store = new MemorySessionStore({ bound: 3 })
    const sessions = Array.from({ length: 3 }, () => aSession(account))
    for (const session of sessions) await store.insert(session)
    return { store, sessions }
  }

  it('refuses one more, and keeps what is there', async () => {
    const { store, sessions } = await full()
    const refused = aSession(other)
    await expect(store.insert(refused)).rejects.toThrow(OverloadedError)
    expect(await store.findLive(refused.tokenHash, start)).toBeUndefined()
    for (const one of sessions) expect(await store.findLive(one.tokenHash, start)).toEqual(one)
  })

  it('lets in what takes the place of another', async () => {
    const { store, sessions } = await full()
    const [next, last] = [aSession(other), aSession(account)]
    await store.insert(next, { replaced: sessions[0]?.tokenHash })
    await store.insert(last, { most: 2 })
    expect(await store.findLive(next.tokenHash, start)).toEqual(next)
    expect(await store.listLive(account.id, account.epoch, start)).toHaveLength(2)
  })

  it('makes room by what is over at the newest time that it was told', async () => {
    const { store, sessions } = await full()
    await store.findLive(aSession(other).tokenHash, anInstant('2030-01-01T00:30:00Z'))
    const session = aSession(other, { expiresAt: anInstant('2030-01-01T01:00:00Z') })
    await store.insert(session)
    const late = anInstant('2030-01-01T00:30:00Z')
    expect(await store.findLive(session.tokenHash, late)).toEqual(session)
    for (const { tokenHash } of sessions) {
      expect(await store.findLive(tokenHash, start)).toBeUndefined()
    }
  })
})
