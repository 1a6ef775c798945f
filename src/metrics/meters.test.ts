import { describe, expect, it } from 'vitest'
import { milliseconds } from '../kernel/clock.ts'
import { figures } from './figures.ts'
import { labelsOf } from './labels.ts'
import { Meters } from './meters.ts'

async function linesOf(meters: Meters): Promise<string[]> {
  return (await meters.text()).split('\n')
}

describe('meters', () => {
  it('count what they are told of, each under its labels', async () => {
    const meters = new Meters()
    meters.signIn('password', 'succeeded')
    meters.signIn('password', 'succeeded')
    meters.signIn('passkey', 'waiting')
    meters.factorProof('totp', 'refused')
    meters.registration('registered')
    meters.limitHit('sign_in')
    meters.lockout('totp')
    meters.sessionsEnded('signed_out')
    meters.securityEvent('token.reused')
    meters.storeFailed('redis')
    meters.storeFailed(undefined)
    const counted = (await linesOf(meters)).filter((line) => /^[^#].*} [1-9]/.test(line))
    expect(counted).toEqual([
      'sallyport_sign_ins_total{method="password",result="succeeded"} 2',
      'sallyport_sign_ins_total{method="passkey",result="waiting"} 1',
      'sallyport_factor_proofs_total{kind="totp",result="refused"} 1',
      'sallyport_registrations_total{result="registered"} 1',
      'sallyport_limit_hits_total{budget="sign_in"} 1',
      'sallyport_lockouts_total{factor="totp"} 1',
      'sallyport_sessions_ended_total{cause="signed_out"} 1',
      'sallyport_security_events_total{type="token.reused"} 1',
      'sallyport_store_errors_total{store="redis"} 1',
      'sallyport_store_errors_total{store="other"} 1',
    ])
  })

  it('begin with a nought for every value of every label', async () => {
    const lines = await linesOf(new Meters())
    for (const figure of ['signIns', 'securityEvents', 'sessionsEnded', 'storeErrors'] as const) {
      const values = Object.values<object>(labelsOf[figure]).map((one) => Object.keys(one).length)
      const series = lines.filter((line) => line.startsWith(`${figures[figure].name}{`))
      expect(series).toHaveLength(values.reduce((product, count) => product * count))
      expect(series.filter((line) => !line.endsWith(' 0'))).toEqual([])
    }
  })

  it('tell in seconds how long hashes waited and took', async () => {
    const meters = new Meters()
    meters.hashed({ waited: milliseconds(0), worked: milliseconds(40) })
    meters.hashed({ waited: milliseconds(1500), worked: milliseconds(60) })
    const lines = await linesOf(meters)
    expect(lines).toContain('sallyport_hash_wait_seconds_sum 1.5')
    expect(lines).toContain('sallyport_hash_wait_seconds_bucket{le="1"} 1')
    expect(lines).toContain('sallyport_hash_wait_seconds_bucket{le="2.5"} 2')
    expect(lines).toContain('sallyport_hash_duration_seconds_sum 0.1')
    expect(lines).toContain('sallyport_hash_duration_seconds_count 2')
  })

  it('say whether limits fall back, as long as they do', async () => {
    const meters = new Meters()
    expect(await linesOf(meters)).toContain('sallyport_limit_fallback 0')
    meters.limitFallback(true)
    expect(await linesOf(meters)).toContain('sallyport_limit_fallback 1')
    meters.limitFallback(false)
    expect(await linesOf(meters)).toContain('sallyport_limit_fallback 0')
  })

  it('ask for what others count each time that they are read, under every label', async () => {
    const meters = new Meters()
    let waiting = 3
    meters.watch('hashesWaiting', () => waiting)
    meters.watch('cacheHits', async () => 20, { of: 'sessions' })
    meters.watch('cacheHits', () => 5, { of: 'accounts' })
    meters.watch('activeSessions', () => undefined)
    expect(await linesOf(meters)).toContain('sallyport_hash_queue_waiting 3')
    waiting = 4
    const lines = await linesOf(meters)
    expect(lines).toContain('sallyport_hash_queue_waiting 4')
    expect(lines).toContain('sallyport_session_cache_hits_total{of="sessions"} 20')
    expect(lines).toContain('sallyport_session_cache_hits_total{of="accounts"} 5')
    // Not known now: no number at all.
    expect(lines.filter((line) => line.startsWith('sallyport_sessions_active'))).toEqual([])
  })

  it('of one engine know nothing of another', async () => {
    const [one, other] = [new Meters(), new Meters()]
    one.registration('refused')
    const refused = 'sallyport_registrations_total{result="refused"}'
    expect(await linesOf(one)).toContain(`${refused} 1`)
    expect(await linesOf(other)).toContain(`${refused} 0`)
  })
})

it('names every figure as collectors expect it: ours, what only grows by _total', () => {
  const names = Object.values(figures).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, type, help } of Object.values(figures)) {
    expect(name).toMatch(/^sallyport_[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    if (type === 'histogram') expect(name).toMatch(/_seconds$/)
    expect(help).toMatch(/^[^\n\\]+\.$/)
  }
})
