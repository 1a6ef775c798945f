import { describe, expect, it, vi } from 'vitest'
import { OverloadedError } from '../kernel/errors.ts'
import { type LineTimes, WaitingLine } from './waiting-line.ts'

/** Tasks that are done when they are told, and the order in which they began. */
function tasks(line: WaitingLine) {
  const begun: string[] = []
  const finish = new Map<string, () => void>()
  const start = (name: string, signal?: AbortSignal) => {
    const work = () => {
      begun.push(name)
      return new Promise<string>((resolve) => finish.set(name, () => resolve(name)))
    }
    const result = line.run(work, signal)
    result.catch(() => undefined)
    return result
  }
  const done = async (name: string) => {
    finish.get(name)?.()
    await new Promise(setImmediate)
  }
  return { begun, start, done }
}

describe('waiting line', () => {
  it('lets so many work at once, and the others in the order in which they came', async () => {
    const { begun, start, done } = tasks(new WaitingLine({ atWork: 2, length: 3 }))
    const results = ['a', 'b', 'c', 'd', 'e'].map((name) => start(name))
    expect(begun).toEqual(['a', 'b'])
    await done('b')
    expect(begun).toEqual(['a', 'b', 'c'])
    await done('a')
    await done('d')
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'])
    await done('c')
    await done('e')
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('sends away who comes when it is full, and counts them', async () => {
    const line = new WaitingLine({ atWork: 1, length: 2 })
    const { begun, start, done } = tasks(line)
    const results = ['a', 'b', 'c'].map((name) => start(name))
    await expect(start('d')).rejects.toThrow(OverloadedError)
    await expect(start('e')).rejects.toThrow(OverloadedError)
    expect(line.counts).toEqual({ waiting: 2, refused: 2, cancelled: 0 })
    for (const name of ['a', 'b', 'c']) await done(name)
    await Promise.all(results)
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  it('lets who gives up leave, and gives the place to somebody else', async () => {
    const line = new WaitingLine({ atWork: 1, length: 2 })
    const { begun, start, done } = tasks(line)
    const gone = new AbortController()
    void start('a')
    const given = start('b', gone.signal)
    void start('c')
    gone.abort(new Error('gone'))
    await expect(given).rejects.toThrow('gone')
    expect(line.counts).toEqual({ waiting: 1, refused: 0, cancelled: 1 })
    void start('d')
    await done('a')
    await done('c')
    expect(begun).toEqual(['a', 'c', 'd'])
  })

  it('does not begin for who is gone already, and does not stop what has begun', async () => {
    const line = new WaitingLine({ atWork: 1, length: 2 })
    const { begun, start, done } = tasks(line)
    await expect(start('a', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    const late = new AbortController()
    const result = start('b', late.signal)
    late.abort()
    await done('b')
    expect(await result).toBe('b')
    expect(begun).toEqual(['b'])
  })

  it('gives the place on when work fails', async () => {
    const line = new WaitingLine({ atWork: 1, length: 2 })
    await expect(line.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await line.run(async () => 'next')).toBe('next')
    expect(line.counts).toEqual({ waiting: 0, refused: 0, cancelled: 0 })
  })

  it('tells of all that began how long it waited and worked', async () => {
    const times: LineTimes[] = []
    const timed = (one: LineTimes) => times.push(one)
    const line = new WaitingLine({ atWork: 1, length: 1, timed })
    const { start, done } = tasks(line)
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
    const results = [start('a'), start('b')]
    await expect(start('c')).rejects.toThrow(OverloadedError)
    clock.mockReturnValue(1030)
    await done('a')
    clock.mockReturnValue(1070)
    await done('b')
    await Promise.all(results)
    await expect(line.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(times).toEqual([
      { waited: 0, worked: 30 },
      { waited: 30, worked: 40 },
      { waited: 0, worked: 0 },
    ])
    clock.mockRestore()
  })

  it('tells when it is idle: nobody at work, nobody waiting', async () => {
    const line = new WaitingLine({ atWork: 1, length: 2 })
    await line.idle()
    const { start, done } = tasks(line)
    void start('a')
    void start('b')
    let idle = false
    void line.idle().then(() => {
      idle = true
    })
    await done('a')
    expect(idle).toBe(false)
    await done('b')
    expect(idle).toBe(true)
  })
})
