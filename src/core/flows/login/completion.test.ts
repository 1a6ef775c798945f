import { describe, expect, it } from 'vitest'
import type { Instant } from '../../../kernel/clock.ts'
import { StoreUnavailableError } from '../../../kernel/errors.ts'
import { Secret } from '../../../kernel/secret.ts'
import { FailureCounts } from '../../../testing/doubles/failure-counts.ts'
import { NotedAudit, nowhere, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount, aSession } from '../../../testing/records.ts'
import { type HeldFactors, nothingHeld, type Proof } from '../../assurance/index.ts'
import type { PresentedToken, SessionId, Sessions } from '../../sessions/index.ts'
import { Completion } from './completion.ts'
import type { Waiting } from './waiting.ts'

const ann = anAccount({ address: 'ann@example.com', epoch: 3 })
const session = aSession(ann)
const at = 0 as Instant
const password: Proof = { method: 'password', at }
const code: Proof = { method: 'totp', at, factor: 'app' }
const recovery: Proof = { method: 'recovery_code', at }
const passkey: Proof = { method: 'passkey', at, factor: 'pk_1' }
const touched: Proof = { method: 'passkey_presence', at, factor: 'pk_1' }

const alone: HeldFactors = { ...nothingHeld, hasPassword: true }
const withApp: HeldFactors = { ...alone, app: { id: 'app', isDisabled: false }, recoveryCodes: 3 }
const withPasskey: HeldFactors = { ...alone, passkeys: ['pk_1'] }

interface Given {
  readonly failures?: number
  readonly held?: HeldFactors
  readonly isKnown?: boolean
  readonly isRequired?: boolean
  readonly started?: Awaited<ReturnType<Sessions['start']>>
  /** What the request carried. */
  readonly presented?: PresentedToken
}

/** The end of a sign-in of an account that has failed so often. */
function completionOf({
  failures = 0,
  held = alone,
  isKnown = false,
  isRequired = false,
  started = { session, token: new Secret('token'), ended: [] },
  presented,
}: Given = {}) {
  const [audit, passwords] = [new NotedAudit(), new FailureCounts(failures)]
  const waited: unknown[] = []
  const endedAgain: string[] = []
  const completion = new Completion({
    factors: { heldBy: async () => ({ ...held, wrongPasswords: failures }) },
    devices: { isTrusted: async () => false, trust: async () => new Secret('device') },
    waiting: {
      begin: async (_account: unknown, _proofs: unknown, due: { kind: string }) => {
        waited.push(due)
        return { kind: due.kind === 'enrolment' ? 'enrolment_required' : 'factor_required' }
      },
    } as unknown as Waiting,
    sessions: {
      start: async () => started,
      endById: async (_, id) => {
        endedAgain.push(id)
        return true
      },
    },
    passwords: passwords.service,
    limits: { isKnown: () => isKnown },
    unitOfWork: plainUnit,
    audit,
    requiresTwo: () => isRequired,
  })
  const complete = (...proofs: Proof[]) =>
    completion.completeLogin(ann, proofs, {
      kind: 'session',
      client: session.client,
      origin: nowhere,
      presented,
      trusts: true,
    })
  return { complete, audit, passwords, waited, endedAgain }
}

const asIfWrong = { kind: 'refused', reason: 'invalid_credentials' }
const capped = [
  'login.refused',
  { actor: 'stranger', subject: ann.id },
  { cause: 'password_capped' },
]

describe('a sign-in that cannot be written down', () => {
  it('gives no session, and ends one that is not in the database', async () => {
    const { complete, audit, endedAgain } = completionOf()
    audit.record = () => Promise.reject(new StoreUnavailableError('away'))
    await expect(complete(password)).rejects.toThrow('away')
    expect(endedAgain).toEqual([session.id])
  })
})

describe('the right password after no wrong one', () => {
  it('signs in, and nothing is written with the passwords', async () => {
    const { complete, audit, passwords } = completionOf()
    expect(await complete(password)).toMatchObject({ kind: 'signed_in' })
    expect(audit.types).toEqual(['login.succeeded'])
    expect(passwords.asked).toEqual([])
  })
})

describe('the right password after a hundred wrong ones in a row', () => {
  it('is refused as if it were wrong where its owner has not been before; the trail has the cause', async () => {
    const { complete, audit, passwords } = completionOf({ failures: 100 })
    expect(await complete(password)).toEqual(asIfWrong)
    expect(audit.entries).toEqual([capped])
    expect(passwords.count).toBe(100)
  })

  it('signs in after ninety-nine, and they are counted anew', async () => {
    const { complete, audit, passwords } = completionOf({ failures: 99 })
    expect(await complete(password)).toMatchObject({ kind: 'signed_in' })
    expect(audit.types).toEqual(['login.succeeded'])
    expect(passwords.count).toBe(0)
  })

  it('signs in on a device that the account has signed in on, and they are counted anew', async () => {
    const { complete, passwords } = completionOf({ failures: 100, isKnown: true })
    expect(await complete(password)).toMatchObject({ kind: 'signed_in' })
    expect(passwords.count).toBe(0)
  })

  it.each([
    ['a code', withApp, [password, code]],
    ['a recovery code', withApp, [password, recovery]],
    ['a passkey', withPasskey, [password, touched]],
  ])('signs in with %s beside it, and they are counted anew', async (_, held, proofs) => {
    const { complete, passwords } = completionOf({ failures: 100, held })
    expect(await complete(...proofs)).toMatchObject({ kind: 'signed_in' })
    expect(passwords.count).toBe(0)
  })

  it('is asked for a second factor all the same, and they are not counted anew for it', async () => {
    const { complete, audit, passwords } = completionOf({ failures: 100, held: withApp })
    expect(await complete(password)).toEqual({ kind: 'factor_required' })
    expect(audit.types).toEqual(['login.waiting'])
    expect(passwords.count).toBe(100)
  })

  it('sets up no first factor: that would prove nothing but the password', async () => {
    const { complete, audit, waited } = completionOf({ failures: 100, isRequired: true })
    expect(await complete(password)).toEqual(asIfWrong)
    expect(audit.entries).toEqual([capped])
    expect(waited).toEqual([])
  })

  it.each([
    ['before there were a hundred', { failures: 99 }],
    ['on a device of the owner', { failures: 100, isKnown: true }],
  ])('sets up a first factor %s', async (_, given) => {
    const { complete, waited } = completionOf({ ...given, isRequired: true })
    expect(await complete(password)).toEqual({ kind: 'enrolment_required' })
    expect(waited).toEqual([{ kind: 'enrolment' }])
  })

  it('is not needed by a passkey', async () => {
    const given = { failures: 100, held: withPasskey }
    expect(await completionOf(given).complete(passkey)).toMatchObject({ kind: 'signed_in' })
    const without = completionOf({ held: { ...withPasskey, hasPassword: false } })
    expect(await without.complete(passkey)).toMatchObject({ kind: 'signed_in' })
  })
})

describe('what is written down of a sign-in', () => {
  it('is how it was proved, how well, and what it took the place of', async () => {
    const former = { accountId: ann.id, id: 'sn_former' as SessionId }
    const other = { accountId: anAccount().id, id: 'sn_other' as SessionId }
    const begun = { session, token: new Secret('token'), ended: [former, other] }
    const presented = { kind: 'session', value: new Secret('former') } as const
    const { complete, audit } = completionOf({ held: withApp, started: begun, presented })
    expect(await complete(password, code)).toMatchObject({ device: { expose: expect.anything() } })
    const about = { subject: ann.id, session: session.id }
    expect(audit.entries).toEqual([
      ['login.succeeded', about, { methods: ['password', 'totp'], level: 'aal2' }],
      ['session.ended', { subject: ann.id, session: 'sn_former' }, { cause: 'replaced' }],
      ['session.ended', { subject: other.accountId, session: 'sn_other' }, { cause: 'replaced' }],
      ['device.trusted', { subject: ann.id }, {}],
    ])
  })

  it('is that others had to make room, where it took the place of none', async () => {
    const oldest = { accountId: ann.id, id: 'sn_oldest' as SessionId }
    const begun = { session, token: new Secret('token'), ended: [oldest] }
    const { complete, audit } = completionOf({ started: begun })
    await complete(password)
    const about = { subject: ann.id, session: 'sn_oldest' }
    expect(audit.entries[1]).toEqual(['session.ended', about, { cause: 'too_many_sessions' }])
  })

  it('is what is due where something is', async () => {
    const { complete, audit } = completionOf({ held: withApp })
    await complete(password)
    const noted = { methods: ['password'], due: 'proof' }
    expect(audit.entries).toEqual([['login.waiting', { subject: ann.id }, noted]])
  })

  it('is that there was no room', async () => {
    const { complete, audit } = completionOf({ started: 'full' })
    expect(await complete(password)).toEqual({ kind: 'refused', reason: 'too_many_sessions' })
    const about = { actor: 'stranger', subject: ann.id }
    expect(audit.entries).toEqual([['login.refused', about, { cause: 'too_many_sessions' }]])
  })

  it('is nothing where it was overtaken: whoever asked looks again', async () => {
    const { complete, audit } = completionOf({ started: 'overtaken' })
    expect(await complete(password)).toBe('overtaken')
    expect(audit.entries).toEqual([])
  })

  it('never is the token of the session, or of the device', async () => {
    const { complete, audit } = completionOf({ held: withApp })
    await complete(password, code)
    expect(JSON.stringify(audit.entries)).not.toMatch(/"token"|"device"(?!\.)/)
  })
})
