import { describe, expect, it } from 'vitest'
import { minutes } from '../../kernel/clock.ts'
import { KeyRing } from '../../kernel/key-ring.ts'
import { Secret } from '../../kernel/secret.ts'
import { FakeClock } from '../../testing/clock.ts'
import { MemoryAuditStore } from '../../testing/doubles/memory-audit.ts'
import { plainUnit } from '../../testing/doubles/ports.ts'
import { anAccount } from '../../testing/records.ts'
import type { UnitOfWork } from '../unit-of-work.ts'
import type { AskingClient, AuditEntry, LoginCause } from './event.ts'
import { Audit } from './service.ts'

const [first, second] = [new Secret('first-master-key-of-some-length'), new Secret('the-second')]
const { id: subject } = anAccount()

interface Given {
  readonly unitOfWork?: UnitOfWork
  readonly client?: AskingClient
  readonly masters?: readonly [Secret, ...Secret[]]
  readonly store?: MemoryAuditStore
}

function auditOf({
  unitOfWork = plainUnit,
  client = { agent: 'curl', address: '192.0.2.1' },
  masters = [first],
  store = new MemoryAuditStore(),
}: Given = {}) {
  const [clock, told] = [new FakeClock(), [] as AuditEntry[]]
  const keys = new KeyRing(masters)
  const audit = new Audit({
    store,
    unitOfWork,
    keys,
    clock,
    client: () => client,
    told: (entry) => told.push(entry),
  })
  const changed = () => audit.record('password.changed', { subject }, {})
  const signedIn = () =>
    audit.record('login.succeeded', { subject }, { methods: ['password'], level: 'aal1' })
  const failed = async (times: number, cause: LoginCause = 'wrong_password') => {
    for (let time = 0; time < times; time++) {
      await audit.record('login.refused', { actor: 'stranger', subject }, { cause })
    }
  }
  return { audit, store, clock, told, changed, signedIn, failed }
}

describe('what is recorded', () => {
  it('is what was done, by whom, whose, when and from where', async () => {
    const { audit, store, clock } = auditOf()
    const about = { actor: 'operator', subject, session: 'sn_one' } as const
    await audit.record('account.unlocked', about, { failures: 7 })
    expect(store.entries).toEqual([
      {
        ...about,
        seq: 1,
        at: clock.now(),
        type: 'account.unlocked',
        outcome: 'success',
        client: { agent: 'curl', address: '192.0.2.1' },
        details: { failures: 7 },
        hash: expect.any(String),
      },
    ])
  })

  it('was done by the account itself, or by nobody that is known, unless that is said', async () => {
    const { audit, store } = auditOf()
    await audit.record('password.changed', { subject }, {})
    await audit.record('limit.reached', {}, { budget: 'sign_in', wait_seconds: 1 })
    await audit.record('login.refused', { actor: 'stranger', subject }, { cause: 'wrong_code' })
    const who = store.entries.map(({ actor, subject: whose }) => [actor, whose])
    expect(who).toEqual([
      [subject, subject],
      ['stranger', undefined],
      ['stranger', subject],
    ])
  })

  it('is cut where a client says more of itself than one says, and is text all the same', async () => {
    const client = { agent: `${'a'.repeat(299)}🔑 and more`, address: '1'.repeat(100) }
    const { store, changed } = auditOf({ client })
    await changed()
    const [entry] = store.entries
    expect(entry?.client).toEqual({ agent: `${'a'.repeat(299)}\ufffd`, address: '1'.repeat(64) })
    expect(entry?.client.agent.isWellFormed()).toBe(true)
  })

  it('is written as the last thing of its unit of work, and told once that is durable', async () => {
    const [last, after]: (() => Promise<void>)[][] = [[], []]
    const unitOfWork: UnitOfWork = {
      run: (work) => work(),
      lastly: async (work) => void last?.push(work),
      afterwards: async (work) => void after?.push(work),
    }
    const { store, told, changed } = auditOf({ unitOfWork })
    await changed()
    expect([store.entries.length, last?.length]).toEqual([0, 1])
    await last?.[0]?.()
    expect([store.entries.length, told.length, after?.length]).toEqual([1, 0, 1])
    await after?.[0]?.()
    expect(told).toEqual(store.entries)
  })

  it('is told to nobody when it cannot be written', async () => {
    const { store, told, changed } = auditOf()
    store.append = () => Promise.reject(new Error('away'))
    await expect(changed()).rejects.toThrow('away')
    expect(told).toEqual([])
  })

  it('can be verified after the master key was replaced, and not without the one before', async () => {
    const { store, changed } = auditOf()
    await changed()
    const both = auditOf({ store, masters: [second, first] })
    await both.changed()
    expect((await both.audit.verify()).findings).toEqual([])
    const { audit } = auditOf({ store, masters: [second] })
    expect((await audit.verify()).findings).toEqual([{ kind: 'altered', seq: 1 }])
  })
})

describe('a name that nobody has', () => {
  it('is written as something that stands for it, and tells nothing without the key', () => {
    const { audit } = auditOf()
    const name = audit.pseudonym('hunter2@example.com')
    expect(name).toMatch(/^[\w-]{16}$/)
    expect(audit.pseudonym('hunter2@example.com')).toBe(name)
    expect(audit.pseudonym('hunter3@example.com')).not.toBe(name)
    expect(auditOf({ masters: [second] }).audit.pseudonym('hunter2@example.com')).not.toBe(name)
  })
})

describe('what is listed of an account', () => {
  it('is its own, the last first, and goes on where it is said', async () => {
    const { audit, changed } = auditOf()
    await changed()
    await audit.record('password.changed', { subject: anAccount().id }, {})
    await changed()
    await changed()
    const seqs = async (limit: number, before?: number) =>
      (await audit.ofAccount(subject, limit, before)).map(({ seq }) => seq)
    expect(await seqs(10)).toEqual([4, 3, 1])
    expect(await seqs(2)).toEqual([4, 3])
    expect(await seqs(2, 3)).toEqual([1])
  })
})

describe('failures that somebody is told of when they sign in', () => {
  it('are those since the sign-in before this one', async () => {
    const { audit, clock, signedIn, failed } = auditOf()
    await failed(2)
    await signedIn()
    const since = clock.now()
    await failed(3)
    clock.advance(minutes(5))
    await signedIn()
    expect(await audit.failuresSinceLastLogin(subject)).toMatchObject({ count: 3, since })
    await failed(1)
    expect(await audit.failuresSinceLastLogin(subject)).toMatchObject({ count: 4, since })
  })

  it('are all there are at the first sign-in, and none of anybody else', async () => {
    const { audit, signedIn, failed } = auditOf()
    await audit.record('login.refused', { subject: anAccount().id }, { cause: 'wrong_code' })
    await failed(2)
    await signedIn()
    const told = { count: 2, isMore: false, since: undefined }
    expect(await audit.failuresSinceLastLogin(subject)).toMatchObject(told)
  })

  it('are counted up to a bound, and it is said that there are more', async () => {
    const { audit, signedIn, failed } = auditOf()
    await signedIn()
    await failed(300)
    await signedIn()
    const told = { count: 199, isMore: true, since: undefined }
    expect(await audit.failuresSinceLastLogin(subject)).toMatchObject(told)
  })

  it('are no more than were counted where the sign-in before is among what was read', async () => {
    const { audit, signedIn, failed } = auditOf()
    await failed(300)
    await signedIn()
    await failed(2)
    await signedIn()
    expect(await audit.failuresSinceLastLogin(subject)).toMatchObject({ count: 2, isMore: false })
  })
})

describe('a failure that says that somebody knows the password', () => {
  it('is a wrong code since the sign-in before this one, and nothing else', async () => {
    const { audit, signedIn, failed } = auditOf()
    const knew = async () => (await audit.failuresSinceLastLogin(subject)).knewPassword
    await failed(3)
    await signedIn()
    expect(await knew()).toBe(false)
    await failed(1, 'wrong_code')
    await failed(1)
    await signedIn()
    expect(await knew()).toBe(true)
    await failed(1, 'passkey_refused')
    await signedIn()
    expect(await knew()).toBe(false)
  })
})

describe('entries that are old', () => {
  it('are removed a batch at a time, each written down; what remains can be verified', async () => {
    const { audit, store, clock, changed } = auditOf()
    for (let at = 0; at < 2300; at++) await changed()
    clock.advance(minutes(60))
    await changed()
    await audit.prune(minutes(30))
    const noted = store.entries.map(({ type, actor, details }) => [type, actor, details])
    expect(noted).toEqual([
      ['password.changed', subject, {}],
      ['audit.pruned', 'system', { removed: 1000, through: 1000 }],
      ['audit.pruned', 'system', { removed: 1000, through: 2000 }],
      ['audit.pruned', 'system', { removed: 300, through: 2300 }],
    ])
    expect(await audit.verify()).toMatchObject({ entries: 4, findings: [], pruned: 2300 })
  })

  it('are kept to the millisecond, and nothing is written where there are none', async () => {
    const { audit, store, clock, changed } = auditOf()
    await changed()
    clock.advance(minutes(30))
    await audit.prune(minutes(30))
    expect(store.entries).toHaveLength(1)
    clock.advance(1)
    await audit.prune(minutes(30))
    expect(store.entries.map(({ type }) => type)).toEqual(['audit.pruned'])
  })

  it('are removed and written down in one unit of work', async () => {
    const units: string[][] = []
    let steps: string[] = []
    const unitOfWork: UnitOfWork = {
      ...plainUnit,
      run: async (work) => {
        steps = []
        units.push(steps)
        return work()
      },
    }
    const { audit, store, clock, changed } = auditOf({ unitOfWork })
    await changed()
    clock.advance(minutes(60))
    const [prune, append] = [store.prune.bind(store), store.append.bind(store)]
    store.prune = (...given) => {
      steps.push('prune')
      return prune(...given)
    }
    store.append = (link) => {
      steps.push('append')
      return append(link)
    }
    await audit.prune(minutes(30))
    expect(units).toEqual([['prune', 'append']])
  })
})
