import { describe, expect, it } from 'vitest'
import type { SigningKeyRecord, SigningKeyStore } from '../core/tokens/index.ts'
import { type Clock, minutes, seconds } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { KeyRing } from '../kernel/key-ring.ts'
import { systemRandom } from '../kernel/random.ts'
import { Sealing } from '../kernel/sealing.ts'
import { Secret } from '../kernel/secret.ts'
import { FakeClock } from '../testing/clock.ts'
import { NotedAudit, plainUnit } from '../testing/doubles/ports.ts'
import { SigningKeys } from './signing-keys.ts'

const days = (count: number) => minutes(count * 24 * 60)
const master = new Secret('first-master-key-of-some-length')
const newMaster = new Secret('second-master-key-of-some-length')

/** A database that several nodes share; `reads` counts how often it was asked. */
class SharedRecords implements SigningKeyStore {
  records: SigningKeyRecord[] = []
  reads = 0

  async list(): Promise<SigningKeyRecord[]> {
    this.reads += 1
    return [...this.records]
  }

  async add(record: SigningKeyRecord): Promise<boolean> {
    if (this.records.some(({ generation }) => generation === record.generation)) return false
    this.records.push(record)
    return true
  }

  async reseal(id: string, former: string, sealed: string): Promise<boolean> {
    return this.#change(id, ({ sealed: now }) => now === former, { sealed })
  }

  async retire(id: string, now: SigningKeyRecord['createdAt']): Promise<boolean> {
    return this.#change(id, ({ retiredAt }) => retiredAt === undefined, { retiredAt: now })
  }

  async remove(ids: readonly string[]): Promise<void> {
    this.records = this.records.filter(({ id }) => !ids.includes(id))
  }

  #change(
    id: string,
    may: (record: SigningKeyRecord) => boolean,
    change: Partial<SigningKeyRecord>,
  ): boolean {
    const at = this.records.findIndex((record) => record.id === id && may(record))
    const record = this.records[at]
    if (record) this.records[at] = { ...record, ...change }
    return record !== undefined
  }
}

function nodeOn(
  store: SigningKeyStore,
  clock: Clock,
  masters: readonly [Secret, ...Secret[]] = [master],
  algorithm: 'EdDSA' | 'ES256' | 'HS256' = 'EdDSA',
  audit = new NotedAudit(),
): SigningKeys {
  const sealing = new Sealing(new KeyRing(masters), 'signing key', systemRandom)
  const noted = { unitOfWork: plainUnit, audit, actor: 'system' } as const
  return new SigningKeys({ store, sealing, clock, algorithm, every: days(90), ...noted })
}

async function started() {
  const [store, clock] = [new SharedRecords(), new FakeClock()]
  const node = nodeOn(store, clock)
  await node.open()
  return { store, clock, node }
}

describe('signing keys', () => {
  it('are one when 16 nodes start at the same time on an empty database', async () => {
    const [store, clock] = [new SharedRecords(), new FakeClock()]
    const nodes = Array.from({ length: 16 }, () => nodeOn(store, clock))
    await Promise.all(nodes.map((node) => node.open()))
    expect(store.records).toHaveLength(1)
    expect(new Set(nodes.map(({ current }) => current.id)).size).toBe(1)
  })

  it('are the same after a restart', async () => {
    const { store, clock, node } = await started()
    const again = nodeOn(store, clock)
    await again.open()
    expect(again.current.id).toBe(node.current.id)
  })

  it('lie sealed, bound to their ids', async () => {
    const { store, clock, node } = await started()
    const [record] = store.records as [SigningKeyRecord]
    const { d = '' } = node.current.signing?.export({ format: 'jwk' }) ?? {}
    expect(d).not.toBe('')
    expect(JSON.stringify(store.records)).not.toContain(d)
    store.records = [{ ...record, id: 'another' }]
    await expect(nodeOn(store, clock).open()).rejects.toThrow(ConfigurationError)
  })

  it('are replaced in time, by one node for all, and accepted as long as what they have signed', async () => {
    const { store, clock, node } = await started()
    const other = nodeOn(store, clock)
    await other.open()
    const first = node.current.id

    clock.advance(days(89))
    await Promise.all([node.keepUp(), other.keepUp()])
    expect(store.records).toHaveLength(2)
    expect([node.current.id, other.current.id]).toEqual([first, first])
    expect(other.accepted.keys).toHaveLength(2)

    clock.advance(days(1))
    await Promise.all([node.keepUp(), other.keepUp()])
    expect(node.current.id).not.toBe(first)
    expect(other.current.id).toBe(node.current.id)
    expect(other.accepted.find(first, 'EdDSA')).toBeDefined()

    clock.advance(days(2))
    await other.keepUp()
    expect(other.accepted.find(first, 'EdDSA')).toBeUndefined()
  })

  it('are made of another kind at the next start when that was asked for, and the last one is still accepted', async () => {
    const { store, clock, node } = await started()
    const next = nodeOn(store, clock, [master], 'ES256')
    await next.open()
    expect(next.current.algorithm).toBe('ES256')
    expect(next.accepted.find(node.current.id, 'EdDSA')).toBeDefined()
    await next.open()
    expect(store.records).toHaveLength(2)
  })

  it('are sealed anew under a new master key, which is then enough', async () => {
    const { store, clock, node } = await started()
    await expect(nodeOn(store, clock, [newMaster]).open()).rejects.toThrow('another master key')
    await nodeOn(store, clock, [newMaster, master]).open()
    const alone = nodeOn(store, clock, [newMaster])
    await alone.open()
    expect(alone.current.id).toBe(node.current.id)
    await expect(nodeOn(store, clock, [master]).open()).rejects.toThrow(ConfigurationError)
  })

  it('are looked for again when a token names one that is not known, at most once a second', async () => {
    const { store, clock, node } = await started()
    const other = nodeOn(store, clock)
    await other.open()
    await other.rotate(clock.now())
    clock.advance(seconds(1))
    await node.reread()
    expect(node.accepted.keys).toHaveLength(2)
    const { reads } = store
    for (let more = 0; more < 100; more++) await node.reread()
    expect(store.reads).toBe(reads)
  })

  it('that are retired are replaced first where they sign, and refused at once', async () => {
    const { store, clock, node } = await started()
    const { id = '' } = node.current
    expect(await node.retire(id)).toBe(true)
    expect(node.current.id).not.toBe(id)
    expect(node.accepted.keys.map((key) => key.id)).toEqual([node.current.id])
    expect(await node.retire(id)).toBe(false)
    expect(await node.retire('nobody')).toBe(false)
    expect(store.records).toHaveLength(2)

    const other = nodeOn(store, clock)
    await other.open()
    expect(other.accepted.find(id, 'EdDSA')).toBeUndefined()
  })

  it('are written down by whoever made or retired them: of 16 nodes that make one, by one', async () => {
    const [store, clock, audit] = [new SharedRecords(), new FakeClock(), new NotedAudit()]
    const nodes = Array.from({ length: 16 }, () => nodeOn(store, clock, [master], 'EdDSA', audit))
    await Promise.all(nodes.map((node) => node.open()))
    const [node] = nodes as [SigningKeys]
    const { id: first } = node.current
    await node.retire(first ?? '')
    await node.retire(first ?? '')
    const system = { actor: 'system' }
    expect(audit.entries).toEqual([
      ['key.rotated', system, { key: first }],
      ['key.rotated', system, { key: node.current.id }],
      ['key.retired', system, { key: first }],
    ])
  })

  it('show nothing in public that is secret', async () => {
    const [store, clock] = [new SharedRecords(), new FakeClock()]
    const node = nodeOn(store, clock, [master], 'HS256')
    await node.open()
    expect(node.accepted.toJSON()).toEqual({ keys: [] })
    const { node: public_ } = await started()
    expect(Object.keys(public_.accepted.toJSON().keys[0] ?? {}).sort()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
    ])
  })
})
