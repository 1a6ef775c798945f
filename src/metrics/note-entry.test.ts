import { expect, it } from 'vitest'
import type { AuditDetails, AuditEntry, AuditType } from '../core/audit/index.ts'
import type { Instant } from '../kernel/clock.ts'
import { Meters } from './meters.ts'
import { noteEntry } from './note-entry.ts'

/** The lines of `/metrics` that are not zero, after these were written down. */
async function counted<Type extends AuditType>(type: Type, details: AuditDetails[Type]) {
  const meters = new Meters()
  const entry: AuditEntry<Type> = {
    seq: 1,
    at: 0 as Instant,
    type,
    outcome: 'success',
    actor: 'stranger',
    subject: undefined,
    session: undefined,
    client: { agent: '', address: '' },
    details,
    hash: '',
  }
  noteEntry(meters, entry)
  const lines = (await meters.text()).split('\n')
  return lines.filter((line) => / [1-9]/.test(line) && !line.startsWith('#'))
}

it.each(['totp.added', 'totp.removed'] as const)(
  'counts that %s has ended the other sessions, beside the event',
  async (type) => {
    expect(await counted(type, {})).toEqual([
      'sallyport_sessions_ended_total{cause="factor_changed"} 1',
      `sallyport_security_events_total{type="${type}"} 1`,
    ])
  },
)

it('counts a sign-in by what was proved first, and each factor of it', async () => {
  const methods = ['password', 'totp'] as const
  expect(await counted('login.succeeded', { methods, level: 'aal2' })).toEqual([
    'sallyport_sign_ins_total{method="password",result="succeeded"} 1',
    'sallyport_factor_proofs_total{kind="totp",result="accepted"} 1',
    'sallyport_security_events_total{type="login.succeeded"} 1',
  ])
})

it('counts a right password with a wrong code as both', async () => {
  expect(await counted('login.refused', { cause: 'wrong_code' })).toEqual([
    'sallyport_sign_ins_total{method="password",result="wrong_code"} 1',
    'sallyport_factor_proofs_total{kind="totp",result="refused"} 1',
    'sallyport_security_events_total{type="login.refused"} 1',
  ])
})
