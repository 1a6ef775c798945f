import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { inTime } from './in-time.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = () => new Promise<never>(() => undefined)

describe('work that has so much time', () => {
  it('gives what comes of it, and leaves no timer behind', async () => {
    expect(await inTime(1000, async () => 'done')).toBe('done')
    await expect(inTime(1000, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('fails when the time is over, and not before', async () => {
    const settled = vi.fn()
    const work = inTime(1000, never)
    work.catch(settled)
    await vi.advanceTimersByTimeAsync(999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await expect(work).rejects.toThrow('no answer within 1000 ms')
  })

  it('may fail later: that is nobody’s', async () => {
    const { promise, reject } = Promise.withResolvers<never>()
    const work = inTime(1000, () => promise)
    const refused = expect(work).rejects.toThrow('no answer')
    await vi.advanceTimersByTimeAsync(1000)
    await refused
    reject(new Error('late'))
    await vi.advanceTimersByTimeAsync(1)
  })

  it('leaves no timer behind where it does not even begin', () => {
    const broken = () => {
      throw new Error('broken')
    }
    expect(() => inTime(1000, broken)).toThrow('broken')
    expect(vi.getTimerCount()).toBe(0)
  })
})
