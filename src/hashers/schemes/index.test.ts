import { describe, expect, it } from 'vitest'
import { bcrypt } from './bcrypt.ts'
import { makingSchemes, readHash, schemes } from './index.ts'

const everything = [...schemes.keys()]

describe('the list of schemes', () => {
  it('lets nothing but the core make hashes', () => {
    const makers = [...schemes.values()].filter((scheme) => 'make' in scheme)
    expect(makers.map(({ name }) => name)).toEqual([...makingSchemes.keys()])
    expect(makers.every(({ tier }) => tier === 'core')).toBe(true)
  })

  it('knows no scheme by the names of JavaScript', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      expect(readHash('x', [name])).toBeUndefined()
    }
  })

  it('reads by the allowed schemes alone', () => {
    const hash = bcrypt.make('p', Buffer.alloc(16), { cost: 4 })
    expect(readHash(hash, everything)?.scheme).toBe('bcrypt')
    expect(readHash(hash, ['argon2id', 'hex_md5'])).toBeUndefined()
    expect(readHash(hash, [])).toBeUndefined()
  })

  it("decides by the caller's order where two forms look alike", () => {
    const digits = '8846f7eaee8fb117ad06bdd830b7586c'
    expect(readHash(digits, ['nthash', 'hex_md5'])?.matches('password')).toBe(true)
    expect(readHash(digits, ['hex_md5', 'nthash'])?.matches('password')).toBe(false)
  })

  it('does not read what is no text, or too long', () => {
    for (const text of [null, undefined, 1, {}, [], Symbol.iterator]) {
      expect(readHash(text as unknown as string, everything)).toBeUndefined()
    }
    expect(readHash('a'.repeat(1_000_000), everything)).toBeUndefined()
  })

  it.each(['!', '*', '!!', '*LK*', `!$6$salt$${'.'.repeat(86)}`])(
    'reads %o as the mark of an account without a password, which no password matches',
    (mark) => {
      const hash = readHash(mark, ['unix_disabled'])
      expect(hash?.scheme).toBe('unix_disabled')
      expect([hash?.matches(''), hash?.matches(mark)]).toEqual([false, false])
    },
  )

  it('reads a password that Django made unusable as nothing else', () => {
    expect(readHash('!9wa845vn7098ythaehasldkfj', ['django_disabled'])?.matches('')).toBe(false)
    expect(readHash('', ['django_disabled', 'unix_disabled'])).toBeUndefined()
  })

  it('reads what Spring puts before bcrypt', () => {
    const hash = '{bcrypt}$2a$04$nFtLGT.AF.scyzL7p.Pf5uurv/wxmUlTIxnPOrRnQdISqxaeFLJH2'
    expect(readHash(hash, ['spring_bcrypt'])?.matches('password')).toBe(true)
    expect(readHash(hash, ['spring_bcrypt'])?.matches('password.')).toBe(false)
    expect(readHash(hash.replace('{bcrypt}', '{noop}'), everything)).toBeUndefined()
  })
})
