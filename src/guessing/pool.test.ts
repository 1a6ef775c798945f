import { afterAll, describe, expect, it, vi } from 'vitest'
import { OverloadedError } from '../kernel/errors.ts'
import { Secret } from '../kernel/secret.ts'
import { FakeClock } from '../testing/clock.ts'
import { GuessingPool } from './pool.ts'

// A thread of low priority takes its time on a busy machine, most of all to load the dictionaries.
vi.setConfig({ testTimeout: 30_000 })

const clock = new FakeClock()
const pool = new GuessingPool({ clock, timeoutMs: 25_000 })
afterAll(() => pool.close())

describe('the guessing pool', () => {
  it('gives what the thread finds', async () => {
    const words = ['peregrinquist']
    expect(await pool.estimate(new Secret('abcabcabcabc'), words)).toMatchObject({
      advice: 'repeat',
    })
    expect((await pool.estimate(new Secret('peregrinquist7'), words)).score).toBeLessThan(3)
    expect((await pool.estimate(new Secret('peregrinquist7'), [])).score).toBeGreaterThanOrEqual(3)
  })

  it('knows the year by the clock that it is given', async () => {
    const year = new Date(clock.now()).getUTCFullYear()
    const isCommon = async (password: string) =>
      (await pool.estimate(new Secret(password), [])).common
    expect(await isCommon(`sunshine${year + 1}`)).toBe(true)
    expect(await isCommon(`sunshine${year + 2}`)).toBe(false)
  })

  it('sends callers away at once when too many wait, and serves those who do', async () => {
    const busy = new GuessingPool({ clock, queue: 4, timeoutMs: 25_000 })
    const password = new Secret('violet harbour lantern')
    const asked = Array.from({ length: 40 }, () => busy.estimate(password, []))
    const results = await Promise.allSettled(asked)
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(results.length - refused.length).toBeGreaterThanOrEqual(4)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(OverloadedError)
    expect((await busy.estimate(password, [])).score).toBe(4)
    await busy.close()
  })

  it('gives up on what takes too long, and lives on', async () => {
    const hasty = new GuessingPool({ clock, timeoutMs: 1 })
    await expect(hasty.estimate(new Secret('4@'.repeat(32)), [])).rejects.toThrow(OverloadedError)
    await hasty.close()
  })

  it('outlives a thread that has no memory for the dictionaries, and says so', async () => {
    const told: unknown[] = []
    const report = (error: Error) => void told.push((error as { code?: unknown }).code)
    const poor = new GuessingPool({ clock, report, memory: 16, timeoutMs: 10_000 })
    await expect(poor.estimate(new Secret('violet harbour'), [])).rejects.toThrow(OverloadedError)
    expect(told).toContain('ERR_WORKER_OUT_OF_MEMORY')
    await poor.close()
  })

  it('closes without ever having been asked', async () => {
    await new GuessingPool({ clock }).close()
  })
})
