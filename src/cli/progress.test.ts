import { describe, expect, it } from 'vitest'
import { bar, describeStep, Progress } from './progress.ts'

function progressOn(isTTY: boolean) {
  const written: string[] = []
  const write = (text: string) => written.push(text) > 0
  let now = 0
  const stream = { write, isTTY } as unknown as NodeJS.WriteStream
  const progress = new Progress({ label: 'checking', total: 1000, stream, stopwatch: () => now })
  const at = (ms: number, done: number, rows: number) => {
    now = ms
    progress.update(done, rows)
  }
  return { at, end: () => progress.end(), written }
}

describe('progress', () => {
  it('is a line for each tenth in a log, and nothing for what is done at once', () => {
    const { at, end, written } = progressOn(false)
    at(500, 90, 9)
    at(1000, 100, 10)
    at(1100, 150, 15)
    at(2000, 420, 42)
    at(4000, 1000, 100)
    end()
    expect(written).toEqual([
      'checking  10 %  10 rows  10 rows/s  9 s left\n',
      'checking  42 %  42 rows  21 rows/s  3 s left\n',
    ])
  })

  it('is a bar on a terminal, drawn ten times a second at most, and gone at the end', () => {
    const { at, end, written } = progressOn(true)
    for (let ms = 0; ms < 1000; ms += 10) at(ms, ms, ms * 100)
    expect(written).toHaveLength(10)
    expect(written.at(-1)).toBe(
      '\rchecking ██████████████████    90 %  90,000 rows  100,000 rows/s  1 s left\u001b[K',
    )
    end()
    expect(written.at(-1)).toBe('\r\u001b[K')
  })

  it('says nothing of speed before there is any', () => {
    expect(describeStep({ share: 0, rows: 0, elapsedMs: 0 })).toBe('  0 %  0 rows')
    expect(describeStep({ share: 1, rows: 5000, elapsedMs: 1000 })).toBe(
      '100 %  5,000 rows  5,000 rows/s',
    )
    expect(describeStep({ share: 0.01, rows: 1, elapsedMs: 3_600_000 })).toContain('99 h left')
  })

  it('has bars that are exact to an eighth of a character', () => {
    expect([0, 0.5, 0.51, 1, 2].map((share) => bar(share, 4))).toEqual([
      '    ',
      '██  ',
      '██  ',
      '████',
      '████',
    ])
    expect(bar(0.53, 4)).toBe('██▏ ')
  })
})
