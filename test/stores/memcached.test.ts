import { beforeAll, describe, expect, it } from 'vitest'
import { openMemcachedSessionStore } from '../../src/stores/memcached/sessions.ts'
import { anAccount, anInstant, aSession, sessionStoreContract } from '../../src/testing/index.ts'
import { onCleanUp } from '../support/clean-up.ts'
import { startMemcached } from '../support/memcached.ts'
import type { NetworkServer } from '../support/network-server.ts'
import { openTunnel } from '../support/tunnel.ts'
import { lostConnection, sessionServerFaults } from './session-server-faults.ts'
import { sessionSwap } from './session-swap.ts'

const now = anInstant('2030-01-01T00:00:00Z')

let server: NetworkServer
beforeAll(async () => {
  server = await startMemcached()
})

function openedStore({ port }: Pick<NetworkServer, 'port'>) {
  const store = openMemcachedSessionStore({ url: `memcached://127.0.0.1:${port}` })
  onCleanUp(() => store.close())
  return store
}

const open = async () => ({ store: openedStore(server), account: anAccount() })
sessionStoreContract('memcached', open)
sessionSwap('memcached', open)

sessionServerFaults('memcached', async () => {
  const own = await startMemcached()
  return { store: openedStore(own), server: own, kept: false }
})

lostConnection('memcached', async () => {
  const tunnel = await openTunnel(server.port)
  return { store: openedStore(tunnel), tunnel }
})

describe('memcached', () => {
  it('that has no room left ends old sessions early, and keeps every promise for the others', async () => {
    const store = openedStore(await startMemcached(2))
    const agent = 'x'.repeat(300)
    const sessions = Array.from({ length: 8000 }, () =>
      aSession(anAccount(), { client: { agent, address: '192.0.2.1' } }),
    )
    for (let at = 0; at < sessions.length; at += 100) {
      await Promise.all(sessions.slice(at, at + 100).map((session) => store.insert(session)))
    }
    const newest = sessions.at(-1) as (typeof sessions)[0]
    expect(await store.findLive(newest.tokenHash, now)).toEqual(newest)
    const found = await Promise.all(sessions.map((one) => store.findLive(one.tokenHash, now)))
    const alive = found.filter((one) => one !== undefined)
    expect(alive.length).toBeLessThan(sessions.length)
    expect(alive).toEqual(sessions.filter((_, at) => found[at]))
    expect(await store.end(newest.tokenHash)).toMatchObject({ id: newest.id })
    expect(await store.findLive(newest.tokenHash, now)).toBeUndefined()
  })

  it('ends the session of another account that is replaced', async () => {
    const store = openedStore(server)
    const [old, fresh] = [aSession(anAccount()), aSession(anAccount())]
    await store.insert(old)
    await store.insert(fresh, { replaced: old.tokenHash })
    expect(await store.findLive(old.tokenHash, now)).toBeUndefined()
    expect(await store.findLive(fresh.tokenHash, now)).toEqual(fresh)
  })

  it('takes an account id for a key and never for a command', async () => {
    const store = openedStore(server)
    const session = aSession(anAccount())
    await store.insert(session)
    const id = 'a 0\r\nflush_all\r\nmg a' as typeof session.accountId
    expect(await store.endById(id, session.id)).toBe(false)
    expect(await store.findLive(session.tokenHash, now)).toEqual(session)
  })
})
