import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Session, SessionStore } from '../../src/core/sessions/index.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { anAccount, anInstant, aSession, aTokenHash } from '../../src/testing/index.ts'
import type { NetworkServer } from '../support/network-server.ts'
import type { Tunnel } from '../support/tunnel.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const later = anInstant('2030-01-01T00:40:00Z')
/** What the stores promise, and the time that a test on a busy machine may lose. */
const longestWait = 3000

export type FailingServer = Pick<NetworkServer, 'start' | 'kill' | 'pause' | 'resume'>

/** What a store promises when its server fails. `kept`: the server has on disk what it held. */
export function sessionServerFaults(
  name: string,
  open: () => Promise<{ store: SessionStore; server: FailingServer; kept: boolean }>,
): void {
  describe(`session server faults: ${name}`, () => {
    it('tells within three seconds that a frozen server does not answer, and goes on after it', async () => {
      const { store, server } = await open()
      const session = aSession(anAccount())
      await store.insert(session)
      server.pause()
      await everythingIsUnavailable(store, session)
      await everythingIsUnavailable(store, session)
      server.resume()
      await answersAgain(store)
      expect(await store.findLive(session.tokenHash, now)).toMatchObject({ id: session.id })
    })

    it('tells within three seconds that a server is gone, and goes on when it is back', async () => {
      const { store, server, kept } = await open()
      const session = aSession(anAccount())
      await store.insert(session)
      await server.kill()
      await everythingIsUnavailable(store, session)
      await everythingIsUnavailable(store, session)
      await server.start()
      await answersAgain(store)
      const found = await store.findLive(session.tokenHash, now)
      expect(found).toEqual(kept ? session : undefined)
    })

    it('tells those who were waiting when the server went', async () => {
      const { store, server } = await open()
      await store.insert(aSession(anAccount()))
      server.pause()
      const waiting = refusal(() => store.findLive(aTokenHash(), now))
      await server.kill()
      expect(await waiting).toBeInstanceOf(StoreUnavailableError)
    })
  })
}

/** A store that gets to its server through `tunnel`. */
export function lostConnection(
  name: string,
  open: () => Promise<{ store: SessionStore; tunnel: Tunnel }>,
): void {
  it(`is noticed while requests keep coming, and another one is made: ${name}`, async () => {
    const { store, tunnel } = await open()
    const session = aSession(anAccount())
    await store.insert(session)
    tunnel.lose()
    const began = performance.now()
    const asked: Promise<unknown>[] = []
    const inTime = () => performance.now() - began < longestWait
    let found: unknown
    while (!found && inTime()) {
      const answer = store.findLive(session.tokenHash, now)
      asked.push(answer.then((one) => (found ??= one)).catch(() => undefined))
      await delay(100)
    }
    await Promise.all(asked)
    expect(found).toEqual(session)
    expect(inTime()).toBe(true)
  })
}

async function everythingIsUnavailable(store: SessionStore, session: Session): Promise<void> {
  const { tokenHash, accountId, id } = session
  const questions: (() => Promise<unknown>)[] = [
    () => store.findLive(tokenHash, now),
    () => store.insert(aSession(anAccount()), { replaced: aTokenHash(), most: 3 }),
    () => store.extend([{ hash: tokenHash, expiresAt: later, at: now }]),
    () => store.listLive(accountId, 0, now),
    () => store.endById(accountId, 'sn_nobody' as typeof id),
    () => store.end(aTokenHash()),
    () => store.sweep(now, 1),
  ]
  const began = performance.now()
  const refusals = await Promise.all(questions.map(refusal))
  expect(performance.now() - began).toBeLessThan(longestWait)
  for (const error of refusals) expect(error).toBeInstanceOf(StoreUnavailableError)
}

export async function refusal(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask()
  } catch (error) {
    return error
  }
}

/** A server that is back may need a moment; the store finds it by itself. Asks for keys of all nodes. */
export async function answersAgain(store: SessionStore, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs
  for (;;) {
    try {
      for (let asked = 0; asked < 16; asked++) await store.findLive(aTokenHash(), now)
      await store.insert(aSession(anAccount()))
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(20)
    }
  }
}
