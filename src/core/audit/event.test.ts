import { describe, expect, it } from 'vitest'
import { type AuditType, auditTypes } from './event.ts'

const types = Object.entries(auditTypes)

describe('the list of events', () => {
  it('is closed: an event has no other name, and a name is never given to another event', () => {
    // Whoever reads the trail with a program knows these. To add one is fine; to take one away or rename it is not.
    expect(Object.keys(auditTypes)).toEqual([
      'account.registered',
      'account.registration_refused',
      'account.role_changed',
      'account.unlocked',
      'account.factors_reset',
      'accounts.imported',
      'accounts.exported',
      'login.succeeded',
      'login.waiting',
      'login.refused',
      'password.capped',
      'password.changed',
      'password.change_refused',
      'confirmation.succeeded',
      'confirmation.refused',
      'session.ended',
      'sessions.ended',
      'token.reused',
      'totp.added',
      'totp.removed',
      'totp.disabled',
      'recovery_codes.made',
      'recovery_code.used',
      'passkey.added',
      'passkey.removed',
      'device.trusted',
      'device.removed',
      'limit.reached',
      'key.rotated',
      'key.retired',
      'server.started',
      'audit.pruned',
    ] satisfies AuditType[])
  })

  it.each(types)('says of %s what it is, to programs and to people', (name, [outcome, text]) => {
    expect(name).toMatch(/^[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*$/)
    expect(name.split('.')[1]).toMatch(/(?:ed|waiting|made|reset)$/)
    expect(['success', 'refused', 'alarm']).toContain(outcome)
    expect(text).toMatch(/^[A-Z][^.]{5,70}$/)
  })

  it('says “refused” of what was refused, and has an alarm for what nobody does by mistake', () => {
    const named = (of: string) =>
      types.filter(([, [outcome]]) => outcome === of).map(([name]) => name)
    expect(named('refused')).toEqual([
      'account.registration_refused',
      'login.refused',
      'password.change_refused',
      'confirmation.refused',
      'limit.reached',
    ])
    expect(named('alarm')).toEqual(['password.capped', 'token.reused', 'totp.disabled'])
  })

  it('says each in words of its own', () => {
    expect(new Set(types.map(([, [, text]]) => text)).size).toBe(types.length)
  })
})
