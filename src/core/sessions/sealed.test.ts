import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyRing } from '../../kernel/key-ring.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Seal } from '../../kernel/seal.ts'
import { Secret } from '../../kernel/secret.ts'
import { anAccount, anInstant, aSession } from '../../testing/records.ts'
import type { Account } from '../accounts/index.ts'
import type { StartedSession } from './carrier.ts'
import type { Word } from './revocation.ts'
import { SealedSessions } from './sealed.ts'
import type { Session } from './session.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const later = anInstant('2030-01-01T00:10:00Z')
const seal = new Seal(new KeyRing([new Secret('a-master-key-of-some-length')]), systemRandom)

/** Sealed sessions beside accounts whose epochs and status can be set. */
function setUp(...people: Account[]) {
  const accounts = new Map(people.map((account) => [account.id, account]))
  const told: Word[] = []
  const sealed = new SealedSessions({
    seal,
    accounts: {
      startEpoch: async (id, after) => {
        const old = accounts.get(id)
        if (!old || (after !== undefined && old.epoch !== after)) return undefined
        const begun = { ...old, epoch: old.epoch + 1 }
        accounts.set(id, begun)
        return begun
      },
    },
    standings: { standingOf: async (id) => accounts.get(id) },
    revocations: { announce: async (all) => void told.push(...all) },
  })
  const set = (account: Account, over: Partial<Account>) =>
    accounts.set(account.id, { ...account, ...over })
  return { sealed, told, set, epochOf: ({ id }: Account) => accounts.get(id)?.epoch }
}

async function begun(
  sealed: SealedSessions,
  session: Session,
  former?: StartedSession,
): Promise<StartedSession> {
  const replaces = former && presented(former)
  const started = await sealed.begin(session, { replaces })
  if (started === 'overtaken') throw new Error(started)
  return started
}

function presented({ session: { kind }, token }: StartedSession) {
  return { kind, value: token }
}

describe('a sealed session', () => {
  it.each(['session', 'bearer'] as const)('is found exactly as it began: %s', async (kind) => {
    const account = anAccount({ epoch: 7 })
    const { sealed } = setUp(account)
    const session = aSession(account, { kind, client: { agent: 'Zoë "1" \\ ✓', address: '::1' } })
    const started = await begun(sealed, session)
    expect(started.session).toEqual({ ...session, tokenHash: expect.stringMatching(/^[\w-]{43}$/) })
    expect(await sealed.find(presented(started), start)).toEqual(started.session)
  })

  it('is over at the very instant when it expires', async () => {
    const account = anAccount()
    const { sealed } = setUp(account)
    const started = await begun(sealed, aSession(account))
    const justBefore = anInstant('2030-01-01T00:29:59.999Z')
    expect(await sealed.find(presented(started), justBefore)).toEqual(started.session)
    const { expiresAt } = started.session
    expect(await sealed.find(presented(started), expiresAt)).toBeUndefined()
  })

  it('speaks for its account while that is active and in the same epoch', async () => {
    const account = anAccount()
    const { sealed, set } = setUp(account)
    const started = await begun(sealed, aSession(account))
    set(account, { status: 'disabled' })
    expect(await sealed.find(presented(started), start)).toBeUndefined()
    set(account, { epoch: 1 })
    expect(await sealed.find(presented(started), start)).toBeUndefined()
    set(account, {})
    expect(await sealed.find(presented(started), start)).toEqual(started.session)
    const ofNobody = await begun(sealed, aSession(anAccount()))
    expect(await sealed.find(presented(ofNobody), start)).toBeUndefined()
  })

  it('goes on under another token beside the former one, which proves no more than before', async () => {
    const account = anAccount({ epoch: 7 })
    const { sealed, told, epochOf, set } = setUp(account)
    const former = await begun(sealed, aSession(account))
    const { tokenHash: _, ...session } = former.session
    const proofs = [...session.proofs, { method: 'totp', at: later, factor: 'totp_1' } as const]
    const next = await sealed.swap({ ...session, proofs })
    expect(await sealed.find(presented(next), start)).toEqual({ ...next.session, proofs })
    expect(await sealed.find(presented(former), start)).toEqual(former.session)
    expect(next.token.expose()).not.toBe(former.token.expose())
    expect([epochOf(account), told]).toEqual([7, []])
    set(account, { epoch: 8 })
    expect(await sealed.find(presented(next), start)).toBeUndefined()
    expect(await sealed.find(presented(former), start)).toBeUndefined()
  })

  it('slides by another token, of the same session; the old one is good until its own end', async () => {
    const account = anAccount()
    const { sealed } = setUp(account)
    const started = await begun(sealed, aSession(account))
    const end = anInstant('2030-01-01T00:40:00Z')
    const { session, renewedToken } = await sealed.extend(started.session, end, later)
    if (!renewedToken) throw new Error('not renewed')
    const { tokenHash, ...moved } = session
    expect(moved).toEqual({
      ...started.session,
      tokenHash: undefined,
      expiresAt: end,
      seenAt: later,
    })
    expect(tokenHash).not.toBe(started.session.tokenHash)
    const renewed = { session, token: renewedToken }
    const pastTheFirst = anInstant('2030-01-01T00:39:59.999Z')
    expect(await sealed.find(presented(renewed), pastTheFirst)).toEqual(session)
    expect(await sealed.find(presented(renewed), end)).toBeUndefined()
    expect(await sealed.find(presented(started), later)).toEqual(started.session)
    expect(await sealed.find(presented(started), pastTheFirst)).toBeUndefined()
  })

  it('does not slide as a bearer token, and says so', async () => {
    const account = anAccount()
    const { sealed } = setUp(account)
    const { session } = await begun(sealed, aSession(account, { kind: 'bearer' }))
    const end = anInstant('2030-01-01T00:40:00Z')
    expect(await sealed.extend(session, end, later)).toEqual({ session })
  })

  it('fits into a cookie, whatever a client claims to be', async () => {
    const account = anAccount({ epoch: Number.MAX_SAFE_INTEGER })
    const { sealed } = setUp(account)
    const units = ['x', '"', '\u0001', '\u2028', 'é', '\uffff', '😀'] as const
    for (const unit of units) {
      const agent = unit.repeat(300).slice(0, 300).toWellFormed()
      const client = { agent, address: unit.repeat(64).slice(0, 64) }
      const { token } = await begun(sealed, aSession(account, { client }))
      expect(token.expose().length).toBeLessThanOrEqual(4000)
    }
  })

  it('is nothing that somebody else has written, and never an exception', async () => {
    const { sealed } = setUp(anAccount())
    const tokens = fc.oneof(
      fc.string(),
      fc.base64String().map((text) => `sse2_${text}`),
    )
    await fc.assert(
      fc.asyncProperty(tokens, async (text) => {
        const value = new Secret(text)
        expect(await sealed.find({ kind: 'session', value }, start)).toBeUndefined()
        await sealed.end({ kind: 'session', value }, start)
      }),
    )
  })
})

describe('the end of a sealed session', () => {
  it('ends all of its account, once for 16 parallel callers, and tells of it', async () => {
    const account = anAccount()
    const { sealed, told, epochOf } = setUp(account)
    const [one, other] = [
      await begun(sealed, aSession(account)),
      await begun(sealed, aSession(account)),
    ]
    await Promise.all(Array.from({ length: 16 }, () => sealed.end(presented(one), start)))
    for (const each of [one, other]) {
      expect(await sealed.find(presented(each), start)).toBeUndefined()
    }
    expect(epochOf(account)).toBe(1)
    expect(told).toEqual([{ account: account.id }])
  })

  it('is none for a session that is over or was ended: those that began since go on', async () => {
    const account = anAccount()
    const { sealed, set, epochOf } = setUp(account)
    const old = await begun(sealed, aSession(account))
    await sealed.end(presented(old), old.session.expiresAt)
    expect(epochOf(account)).toBe(0)
    set(account, { epoch: 1 })
    await sealed.end(presented(old), start)
    await begun(sealed, aSession(account, { epoch: 1 }), old)
    expect(epochOf(account)).toBe(1)
  })

  it('comes by any id, for its owner alone', async () => {
    const [account, other] = [anAccount(), anAccount()]
    const { sealed, epochOf } = setUp(account, other)
    expect(await sealed.endById(account.id)).toBe(true)
    expect(epochOf(account)).toBe(1)
    expect(epochOf(other)).toBe(0)
    expect(await sealed.endById(anAccount().id)).toBe(false)
  })
})

describe('a sealed session that takes the place of another', () => {
  it('is alone in the next epoch of its account', async () => {
    const account = anAccount()
    const { sealed } = setUp(account)
    const elsewhere = await begun(sealed, aSession(account))
    const former = await begun(sealed, aSession(account))
    const fresh = await begun(sealed, aSession(account), former)
    expect(fresh.session.epoch).toBe(1)
    expect(await sealed.find(presented(fresh), start)).toEqual(fresh.session)
    for (const each of [former, elsewhere]) {
      expect(await sealed.find(presented(each), start)).toBeUndefined()
    }
  })

  it('ends those of another account, and begins in the epoch of its own', async () => {
    const [account, other] = [anAccount(), anAccount()]
    const { sealed, epochOf } = setUp(account, other)
    const former = await begun(sealed, aSession(other))
    const fresh = await begun(sealed, aSession(account), former)
    expect(await sealed.find(presented(former), start)).toBeUndefined()
    expect(await sealed.find(presented(fresh), start)).toEqual(fresh.session)
    expect(epochOf(account)).toBe(0)
  })

  it('does not begin where the epoch that was proved for is over', async () => {
    const account = anAccount()
    const { sealed, set } = setUp(account)
    const former = await begun(sealed, aSession(account))
    const fresh = aSession(account)
    set(account, { epoch: 1 })
    expect(await sealed.begin(fresh, { replaces: presented(former) })).toBe('overtaken')
    const newer = await begun(sealed, aSession(account, { epoch: 1 }))
    expect(await sealed.begin(fresh, { replaces: presented(newer) })).toBe('overtaken')
  })
})
