import { describe, expect, it } from 'vitest'
import { loadConfiguration } from './config/index.ts'
import { defaultThreads } from './hashers/pool.ts'
import { contextOptions, describeHashing } from './hashing.ts'

const mebibyte = 2 ** 20

describe('hashing in several workers', () => {
  it('shares the cores out: together they have no more threads than one alone, and at least one each', () => {
    const threads = (workers: string) =>
      contextOptions(loadConfiguration({ SALLYPORT_WORKERS: workers })).threads
    expect(threads('1')).toBeUndefined()
    expect(threads('2')).toBe(Math.max(1, Math.floor(defaultThreads / 2)))
    expect(threads('128')).toBe(Math.max(1, Math.floor(defaultThreads / 128)))
  })

  it('gives each worker the threads and the queue that were asked for', () => {
    const configuration = loadConfiguration({
      SALLYPORT_WORKERS: '3',
      SALLYPORT_HASH_THREADS: '5',
      SALLYPORT_HASH_QUEUE: '1000',
    })
    expect(contextOptions(configuration)).toMatchObject({ threads: 5, queue: 1000 })
  })

  it('lets no hash wait longer than one process would', () => {
    const queue = (threads: string) =>
      contextOptions(loadConfiguration({ SALLYPORT_WORKERS: '2', SALLYPORT_HASH_THREADS: threads }))
        .queue
    expect([queue('1'), queue('2'), queue('16')]).toEqual([64, 128, 128])
    expect(contextOptions(loadConfiguration({})).queue).toBe(128)
  })

  it('is described as what all of them need together', () => {
    const configuration = loadConfiguration({
      SALLYPORT_WORKERS: '3',
      SALLYPORT_HASH_THREADS: '2',
    })
    expect(describeHashing(configuration)).toMatchObject({ threads: 6, memory: 6 * 19 * mebibyte })
  })
})
