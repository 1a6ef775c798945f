import { afterAll, describe, expect, it } from 'vitest'
import type { PasswordHash } from '../core/passwords/index.ts'
import { OverloadedError } from '../kernel/errors.ts'
import { systemRandom } from '../kernel/random.ts'
import { Secret } from '../kernel/secret.ts'
import { HasherPool } from './pool.ts'

const cost = { memory: 64, passes: 1, lanes: 1 }
const pool = new HasherPool({ random: systemRandom, threads: 1, queue: 4, cost })
afterAll(() => pool.close())

const password = new Secret('correct horse battery staple')

describe('hasher pool', () => {
  it('hashes with a salt of its own each time, and verifies', async () => {
    const [one, other] = await Promise.all([pool.hash(password), pool.hash(password)])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[^$]{22}\$[^$]{43}$/)
    expect(other).not.toBe(one)
    expect(await pool.verify(password, one)).toBe(true)
    expect(await pool.verify(new Secret('WrongPassword'), one)).toBe(false)
  })

  it('answers a hash that it does not understand with no, not with an exception', async () => {
    expect(await pool.verify(password, '__proto__' as PasswordHash)).toBe(false)
  })

  it('has a decoy of the current cost that the password does not match', async () => {
    expect(pool.decoy()).toContain('$m=64,t=1,p=1$')
    expect(pool.decoy()).not.toBe(pool.decoy())
    expect(await pool.verify(password, pool.decoy())).toBe(false)
  })

  it('sends callers away at once when the queue is full, and serves those who wait', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, async () => pool.hash(password)),
    )
    const refused = results.filter((result) => result.status === 'rejected')
    expect(results.length - refused.length).toBeGreaterThanOrEqual(4)
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(OverloadedError)
    expect(await pool.verify(password, await pool.hash(password))).toBe(true)
  })
})
