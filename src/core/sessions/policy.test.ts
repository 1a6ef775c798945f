import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Duration, type Instant, minutes, plus, seconds } from '../../kernel/clock.ts'
import { anAccount, anInstant, aSession } from '../../testing/records.ts'
import {
  deadlineAfter,
  firstDeadlines,
  isWorthNoting,
  renewedDeadline,
  speaksFor,
} from './policy.ts'

const policy = {
  idle: minutes(30),
  lifetime: minutes(24 * 60),
  fresh: minutes(15),
  refreshed: { idle: minutes(7 * 24 * 60), lifetime: minutes(30 * 24 * 60) },
  perAccount: 100,
  whenFull: 'end_oldest',
} as const
const start = anInstant('2030-01-01T00:00:00Z')
const account = anAccount()

describe('session policy', () => {
  it('gives half an hour of idling within a day', () => {
    expect(firstDeadlines(policy, 'session', start)).toEqual({
      expiresAt: anInstant('2030-01-01T00:30:00Z'),
      endsAt: anInstant('2030-01-02T00:00:00Z'),
    })
  })

  it('moves the deadline with use, at most once a minute', () => {
    const session = aSession(account, firstDeadlines(policy, 'session', start))
    expect(renewedDeadline(policy, session, plus(start, seconds(59)))).toBeUndefined()
    expect(renewedDeadline(policy, session, plus(start, seconds(60)))).toBe(
      anInstant('2030-01-01T00:31:00Z'),
    )
  })

  it('gives sessions of tokens limits of their own, which no access token moves', () => {
    const session = aSession(account, { kind: 'jwt', ...firstDeadlines(policy, 'jwt', start) })
    expect(session.expiresAt).toBe(anInstant('2030-01-08T00:00:00Z'))
    expect(session.endsAt).toBe(anInstant('2030-01-31T00:00:00Z'))
    expect(renewedDeadline(policy, session, anInstant('2030-01-07T00:00:00Z'))).toBeUndefined()
    const moved = deadlineAfter(policy, session, anInstant('2030-01-05T00:00:00Z'))
    expect(moved).toBe(anInstant('2030-01-12T00:00:00Z'))
    expect(deadlineAfter(policy, session, anInstant('2030-01-30T00:00:00Z'))).toBe(session.endsAt)
  })

  it('notes a refresh once a minute', () => {
    const session = aSession(account, { seenAt: start })
    expect(isWorthNoting(session, plus(start, seconds(59)))).toBe(false)
    expect(isWorthNoting(session, plus(start, seconds(60)))).toBe(true)
  })

  it('never moves it beyond the absolute limit, nor again when it is there', () => {
    const endsAt = plus(start, minutes(45))
    const session = aSession(account, { expiresAt: plus(start, minutes(30)), endsAt })
    const renewed = renewedDeadline(policy, session, plus(start, minutes(20)))
    expect(renewed).toBe(endsAt)
    const last = aSession(account, { expiresAt: endsAt, endsAt })
    expect(renewedDeadline(policy, last, plus(start, minutes(40)))).toBeUndefined()
  })

  it('ends a session no later than idle limit and lifetime say, and at most a thirtieth of idle early', () => {
    const uses = fc.array(fc.integer({ min: 0, max: 40 * 60_000 }), { maxLength: 60 })
    fc.assert(
      fc.property(uses, (pauses) => {
        let session = aSession(account, firstDeadlines(policy, 'session', start))
        let now = start
        let lastUse = start
        for (const pause of pauses) {
          now = plus(now, pause as Duration)
          const lived = now < session.expiresAt
          const idleFor = now - lastUse
          if (idleFor >= policy.idle || now >= session.endsAt) expect(lived).toBe(false)
          else if (idleFor < policy.idle - policy.idle / 30) expect(lived).toBe(true)
          if (!lived) return
          lastUse = now
          const expiresAt: Instant = renewedDeadline(policy, session, now) ?? session.expiresAt
          session = { ...session, expiresAt }
        }
      }),
    )
  })

  it('lets a session speak only for its account, active and in the same epoch', () => {
    const session = aSession(account)
    expect(speaksFor(session, account)).toBe(true)
    expect(speaksFor(session, undefined)).toBe(false)
    expect(speaksFor(session, { ...account, status: 'disabled' })).toBe(false)
    expect(speaksFor(session, { ...account, epoch: 1 })).toBe(false)
  })
})
