import { describe, expect, it } from 'vitest'
import type { StoredHash } from '../../src/hashers/scheme.ts'
import { readHash, schemes } from '../../src/hashers/schemes/index.ts'
import knownAnswers from './known-answers.json' with { type: 'json' }
import otherSystems from './other-systems.json' with { type: 'json' }

interface Row {
  readonly scheme: string
  readonly hash: string
  readonly password?: string
  readonly password_hex?: string
  readonly password_repeat?: { readonly char: string; readonly count: number }
  readonly context?: { readonly user: string }
}

describe('hashes of other systems', () => {
  const rows = otherSystems.rows

  it.each(rows.filter(expectsMatch))('$id $scheme matches', (row) => {
    expect(read(row)?.matches(passwordOf(row))).toBe(true)
  })

  it.each(rows.filter((row) => row.expect === 'mismatch'))('$id $scheme: $reason', (row) => {
    expect(read(row)?.matches(passwordOf(row))).toBe(false)
  })

  it.each(rows.filter((row) => row.expect === 'reject'))(
    '$id $scheme is refused without work: $reason',
    (row) => {
      // Of this thread: what other programs do meanwhile does not count.
      const before = process.threadCpuUsage()
      expect(read(row)?.matches(passwordOf(row)) ?? false).toBe(false)
      const { user, system } = process.threadCpuUsage(before)
      expect((user + system) / 1000).toBeLessThan(50)
    },
  )
})

describe('known answers', () => {
  it.each(knownAnswers.rows)('$source: $hash', (row) => {
    const hash = read(row)
    expect(hash?.matches(row.password)).toBe(true)
    expect(hash?.matches(`${row.password}.`)).toBe(false)
  })

  it('are there for every scheme that has a password', () => {
    const matching = [...knownAnswers.rows, ...otherSystems.rows.filter(expectsMatch)]
    const proven = new Set(matching.map((row) => read(row)?.scheme))
    const unproven = [...schemes.keys()].filter((name) => !proven.has(name))
    expect(unproven).toEqual(['django_disabled', 'unix_disabled'])
  })
})

function expectsMatch({ expect }: { readonly expect: string }): boolean {
  return expect === 'match'
}

/** Some rows name what a caller would allow, not one scheme. */
const meanings = new Map([
  ['argon2', ['argon2id', 'argon2i', 'argon2d']],
  ['unknown', [...schemes.keys()]],
])

function read(row: Row): StoredHash | undefined {
  return readHash(row.hash, meanings.get(row.scheme) ?? [row.scheme], row.context)
}

function passwordOf(row: Row): string | Uint8Array {
  if (row.password_hex !== undefined) return Buffer.from(row.password_hex, 'hex')
  if (row.password_repeat) return row.password_repeat.char.repeat(row.password_repeat.count)
  return row.password ?? ''
}
