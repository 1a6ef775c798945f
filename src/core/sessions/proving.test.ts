import { describe, expect, it } from 'vitest'
import { milliseconds, minutes, plus } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import { FakeClock } from '../../testing/clock.ts'
import { anAccount, aSession } from '../../testing/records.ts'
import type { AccountStore } from '../accounts/index.ts'
import type { Proof } from '../assurance/index.ts'
import type { PresentedToken, SessionCarrier, UncarriedSession } from './carrier.ts'
import { Sessions } from './service.ts'
import type { Session } from './session.ts'

const replaces: PresentedToken = { kind: 'session', value: new Secret('former') }
const policy = {
  idle: minutes(30),
  lifetime: minutes(24 * 60),
  refreshed: { idle: minutes(60), lifetime: minutes(48 * 60) },
  fresh: minutes(10),
  perAccount: 100,
  whenFull: 'end_oldest',
} as const

/** Sessions whose carrier writes down what it is to swap, and does so while the former one is there. */
function sessionsOf({ isThere = true } = {}) {
  const clock = new FakeClock()
  const swapped: [UncarriedSession, PresentedToken][] = []
  const carrier: Pick<SessionCarrier, 'swap'> = {
    swap: async (session, former) => {
      swapped.push([session, former])
      return isThere ? { session: session as Session, token: new Secret('next') } : undefined
    },
  }
  const sessions = new Sessions({
    carrier: carrier as SessionCarrier,
    revocations: { announce: async () => undefined },
    accounts: {} as AccountStore,
    policy,
    clock,
    random: systemRandom,
  })
  return { sessions, clock, swapped }
}

const begun = aSession(anAccount({ epoch: 7 }), { epoch: 7 })
const password = begun.proofs[0] as Proof

describe('a session whose owner proves once more who they are', () => {
  it('goes on as another one of the same epoch and the same end, with what was proved', async () => {
    const { sessions, clock, swapped } = sessionsOf()
    clock.advance(minutes(20))
    const proof: Proof = { method: 'totp', at: clock.now(), factor: 'totp_1' }
    const started = await sessions.prove(begun, { replaces, proof })
    const { id, tokenHash, ...rest } = begun
    const next = {
      ...rest,
      id: expect.stringMatching(/^sn_[\w-]{22}$/),
      proofs: [password, proof],
      authenticatedAt: clock.now(),
      seenAt: clock.now(),
      expiresAt: plus(clock.now(), minutes(30)),
    }
    expect(swapped).toEqual([[next, replaces]])
    expect(started).toEqual({ session: next, token: new Secret('next') })
    expect(started?.session.id).not.toBe(id)
    expect(tokenHash).toBe(begun.tokenHash)
  })

  it('forgets what the same method proved before', async () => {
    const { sessions, clock, swapped } = sessionsOf()
    clock.advance(minutes(20))
    const proof: Proof = { method: 'password', at: clock.now() }
    await sessions.prove(begun, { replaces, proof })
    expect(swapped[0]?.[0].proofs).toEqual([proof])
  })

  it('never lives longer for it than it could from the start', async () => {
    const { sessions, clock, swapped } = sessionsOf()
    clock.advance(minutes(24 * 60 - 1))
    await sessions.prove(begun, { replaces, proof: { method: 'password', at: clock.now() } })
    expect(swapped[0]?.[0]).toMatchObject({ expiresAt: begun.endsAt, endsAt: begun.endsAt })
  })

  it('has the idle limit of its kind', async () => {
    const { sessions, clock, swapped } = sessionsOf()
    const ofTokens = aSession(anAccount(), { kind: 'jwt' })
    await sessions.prove(ofTokens, { replaces, proof: password })
    expect(swapped[0]?.[0].expiresAt).toBe(plus(clock.now(), minutes(60)))
  })

  it('does not go on when it has ended meanwhile', async () => {
    const { sessions } = sessionsOf({ isThere: false })
    expect(await sessions.prove(begun, { replaces, proof: password })).toBeUndefined()
  })
})

describe('what was proved lately', () => {
  it('is what was proved within the time that the policy gives, to the millisecond', () => {
    const { sessions, clock } = sessionsOf()
    expect(sessions.provedLately(begun)).toEqual([password])
    clock.advance(minutes(10) - 1)
    expect(sessions.provedLately(begun)).toEqual([password])
    clock.advance(1)
    expect(sessions.provedLately(begun)).toEqual([])
  })

  it('is looked at proof by proof: what is young makes nothing else young', () => {
    const { sessions, clock } = sessionsOf()
    clock.advance(minutes(12))
    const [old, young]: Proof[] = [
      { method: 'totp', at: plus(password.at, minutes(1)), factor: 'totp_1' },
      { method: 'passkey_presence', at: plus(password.at, minutes(11)), factor: 'pk_1' },
    ]
    const proofs = [password, old, young] as Proof[]
    expect(sessions.provedLately({ proofs })).toEqual([young])
    clock.advance(milliseconds(-12 * 60_000))
    expect(sessions.provedLately({ proofs: [] })).toEqual([])
  })
})
