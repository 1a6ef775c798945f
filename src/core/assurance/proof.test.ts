import { describe, expect, it } from 'vitest'
import type { Instant } from '../../kernel/clock.ts'
import { anInstant } from '../../testing/records.ts'
import { type Proof, provedSince, withProof } from './proof.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const at = (count: number) => (start + count) as Instant

const password: Proof = { method: 'password', at: at(1) }
const totp: Proof = { method: 'totp', at: at(2), factor: 'totp_1' }

describe('proofs', () => {
  it('are kept beside one another, the one that was given last at the end', () => {
    expect(withProof([], password)).toEqual([password])
    expect(withProof([password], totp)).toEqual([password, totp])
  })

  it('take the place of an earlier one of their method, whatever factor that came from', () => {
    const again: Proof = { method: 'password', at: at(9) }
    expect(withProof([password, totp], again)).toEqual([totp, again])
    const other: Proof = { method: 'totp', at: at(9), factor: 'totp_2' }
    expect(withProof([password, totp], other)).toEqual([password, other])
  })

  it('of a passkey that has seen its owner are not replaced by one that has not', () => {
    const verified: Proof = { method: 'passkey', at: at(1), factor: 'pk_1' }
    const touched: Proof = { method: 'passkey_presence', at: at(2), factor: 'pk_1' }
    expect(withProof([verified], touched)).toEqual([verified, touched])
  })

  it('leave those that were given before as they were', () => {
    const before = [password, totp]
    withProof(before, { method: 'password', at: at(9) })
    expect(before).toEqual([password, totp])
  })

  it('are recent when they are younger than an instant, and not when they are as old', () => {
    expect(provedSince([password, totp], at(0))).toEqual([password, totp])
    expect(provedSince([password, totp], at(1))).toEqual([totp])
    expect(provedSince([password, totp], at(2))).toEqual([])
  })
})
