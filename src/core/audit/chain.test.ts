import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Instant, seconds } from '../../kernel/clock.ts'
import { anAuditEvent, auditKey } from '../../testing/audit-records.ts'
import type { AccountId } from '../accounts/index.ts'
import { isLinked, link, origin, sealOfPruned } from './chain.ts'
import { type AuditEntry, type AuditType, auditTypes } from './event.ts'

const another = new Uint8Array(32).fill(8)
const text = fc.string({ unit: 'binary', maxLength: 20 })
const types = fc.constantFrom(...(Object.keys(auditTypes) as AuditType[]))

/** Whatever could be written into an entry. */
const entries: fc.Arbitrary<Omit<AuditEntry, 'hash'>> = fc.record({
  seq: fc.nat(),
  at: fc.nat().map((at) => at as Instant),
  type: types,
  outcome: fc.constantFrom('success', 'refused', 'alarm'),
  actor: text.map((one) => one as AccountId),
  subject: fc.option(
    text.map((one) => one as AccountId),
    { nil: undefined },
  ),
  session: fc.option(text, { nil: undefined }),
  client: fc.record({ agent: text, address: text }),
  details: fc
    .dictionary(text, fc.oneof(text, fc.integer(), fc.array(text)))
    .map((one) => one as object),
}) as fc.Arbitrary<Omit<AuditEntry, 'hash'>>

const written = (entry: Omit<AuditEntry, 'hash'>, before: string) =>
  link(entry, { seq: entry.seq - 1, hash: before }, auditKey)

describe('an entry in its chain', () => {
  it('takes the place behind the last one, and is found there', () => {
    const first = link(anAuditEvent(), origin, auditKey)
    const second = link(anAuditEvent(), first, auditKey)
    expect([first.seq, second.seq]).toEqual([1, 2])
    expect(second).toEqual({ ...anAuditEvent(), seq: 2, hash: second.hash })
    expect(isLinked(first, origin, [auditKey])).toBe(true)
    expect(isLinked(second, first, [auditKey])).toBe(true)
    expect(first.hash).toMatch(/^[\w-]{43}$/)
  })

  it('is not found elsewhere, or by another key', () => {
    const first = link(anAuditEvent(), origin, auditKey)
    const second = link(anAuditEvent(), first, auditKey)
    expect(isLinked(second, origin, [auditKey])).toBe(false)
    expect(isLinked(first, second, [auditKey])).toBe(false)
    expect(isLinked(first, origin, [another])).toBe(false)
    expect(isLinked(first, origin, [])).toBe(false)
  })

  it('is found by any of the keys that are given: a master key was replaced', () => {
    const first = link(anAuditEvent(), origin, another)
    const second = link(anAuditEvent(), first, auditKey)
    const keys = [auditKey, another]
    expect([isLinked(first, origin, keys), isLinked(second, first, keys)]).toEqual([true, true])
  })

  it('is what it was when it has been written as JSON and read again', () => {
    fc.assert(
      fc.property(entries, text, (entry, before) => {
        const one = written(entry, before)
        const read = { ...one, details: JSON.parse(JSON.stringify(one.details)) }
        return isLinked(read, { seq: entry.seq - 1, hash: before }, [auditKey])
      }),
    )
  })

  it.each([
    'seq',
    'at',
    'type',
    'outcome',
    'actor',
    'subject',
    'session',
    'client',
    'details',
  ] as const)('does not hold with another %s', (field) => {
    fc.assert(
      fc.property(entries, entries, text, (entry, other, before) => {
        const one = written(entry, before)
        const altered = { ...one, [field]: other[field] }
        const isSame = JSON.stringify(altered) === JSON.stringify(one)
        return isLinked(altered, { seq: 0, hash: before }, [auditKey]) === isSame
      }),
    )
  })

  it('does not hold behind another one, or with a part of one field moved to the next', () => {
    const one = link(anAuditEvent(), origin, auditKey)
    const moved = { ...one, client: { agent: `${one.client.agent}192`, address: '.0.2.1' } }
    expect(isLinked(moved, origin, [auditKey])).toBe(false)
    expect(isLinked(one, { seq: 0, hash: 'another' }, [auditKey])).toBe(false)
    const later = { ...one, at: (one.at + seconds(1)) as Instant }
    expect(isLinked(later, origin, [auditKey])).toBe(false)
  })
})

describe('the seal of what was removed', () => {
  it('is of one place, one hash and one key, and of no entry', () => {
    const seals = [
      sealOfPruned({ seq: 1, hash: 'a' }, auditKey),
      sealOfPruned({ seq: 2, hash: 'a' }, auditKey),
      sealOfPruned({ seq: 1, hash: 'b' }, auditKey),
      sealOfPruned({ seq: 1, hash: 'a' }, another),
      link(anAuditEvent(), origin, auditKey).hash,
    ]
    expect(new Set(seals).size).toBe(seals.length)
    expect(sealOfPruned({ seq: 1, hash: 'a' }, auditKey)).toBe(seals[0])
  })
})
