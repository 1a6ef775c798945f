import { describe, expect, it } from 'vitest'
import { HashRefusedError } from '../scheme.ts'
import { argon2d, argon2i, argon2id } from './argon2.ts'

const cheap = { memory: 64, passes: 1, lanes: 1 }
const salt = Buffer.from('saltsaltsaltsalt')

describe('argon2id', () => {
  it('makes what the reference implementation makes', () => {
    // echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
    const cost = { memory: 65_536, passes: 2, lanes: 1 }
    expect(argon2id.make('password', Buffer.from('somesalt'), cost)).toBe(
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    )
  })

  it('accepts the password and no other', () => {
    const stored = argon2id.read(argon2id.make('MySecurePassword123!', salt, cheap))
    expect(stored?.matches('MySecurePassword123!')).toBe(true)
    expect(stored?.matches('WrongPassword')).toBe(false)
    expect(stored?.matches('')).toBe(false)
  })

  it('sees all of a password: bytes after the 72nd, and NUL', () => {
    const madeOf = (password: string) => argon2id.read(argon2id.make(password, salt, cheap))
    const long = 'x'.repeat(72)
    expect(madeOf(`${long}b`)?.matches(`${long}a`)).toBe(false)
    expect(madeOf('a\u0000c')?.matches('a\u0000b')).toBe(false)
    expect(madeOf('')?.matches('\u0000')).toBe(false)
  })

  it('never takes one broken character for another', () => {
    const stored = argon2id.read(argon2id.make('\ufffd', salt, cheap))
    expect(stored?.matches('\ud800')).toBe(false)
    expect(() => argon2id.make('\ud800', salt, cheap)).toThrow(HashRefusedError)
  })

  it.each([
    [{ ...cheap, memory: 7 }],
    [{ ...cheap, lanes: 16 }],
    [{ ...cheap, memory: 4_194_304 }],
    [{ ...cheap, passes: 0 }],
    [{ ...cheap, passes: 11 }],
    [{ ...cheap, passes: 1.5 }],
  ])('refuses to work at the cost %o', (cost) => {
    expect(argon2id.refusal('p', cost)).toBe('cost_out_of_bounds')
    expect(() => argon2id.make('p', salt, cost)).toThrow(HashRefusedError)
  })

  it('calls less memory or fewer passes weaker, fewer lanes not', () => {
    const wanted = { memory: 19_456, passes: 2, lanes: 2 }
    expect(argon2id.isWeaker({ memory: 19_455, passes: 3, lanes: 2 }, wanted)).toBe(true)
    expect(argon2id.isWeaker({ memory: 19_456, passes: 1, lanes: 2 }, wanted)).toBe(true)
    expect(argon2id.isWeaker({ memory: 19_456, passes: 2, lanes: 1 }, wanted)).toBe(false)
    expect(argon2id.isWeaker({}, wanted)).toBe(true)
  })

  const good = argon2id.make('p', salt, cheap)
  it.each([
    ['nothing', ''],
    ['a bare word', 'password'],
    ['another type', good.replace('argon2id', 'argon2d')],
    ['an unknown version', good.replace('v=19', 'v=18')],
    ['a sign in a number', good.replace('m=64', 'm=+64')],
    ['a leading zero', good.replace('m=64', 'm=064')],
    ['a doubled parameter', good.replace('m=64', 'm=64,m=64')],
    ['an unknown parameter', good.replace('p=1', 'p=1,x=1')],
    ['a key id', good.replace('p=1', 'p=1,keyid=AAAA')],
    ['parameters in another order', good.replace('m=64,t=1', 't=1,m=64')],
    ['padding', `${good}=`],
    ['a line end', `${good}\n`],
    ['something behind', `${good}$`],
    ['no digest', good.replace(/[^$]+$/, '')],
    ['a digest too short to tell anything', good.replace(/[^$]+$/, 'AAAAAAAA')],
    ['too little memory for its lanes', good.replace('p=1', 'p=16')],
    ['absurd memory', good.replace('m=64', 'm=4194304')],
    ['absurd passes', good.replace('t=1', 't=99')],
    [
      'a spelling of the salt that is not canonical',
      good.replace(/(\$[^$]{21})[^$](\$[^$]+)$/, '$1B$2'),
    ],
  ])('refuses a stored hash with %s, without working on it', (_, hash) => {
    expect(argon2id.read(hash)).toBeUndefined()
  })
})

describe('argon2i and argon2d', () => {
  it('are kept apart by their name', () => {
    const hashes = [argon2i, argon2d].map((scheme) => scheme.make('p', salt, cheap))
    expect(hashes.map((hash) => argon2i.read(hash)?.matches('p'))).toEqual([true, undefined])
    expect(hashes.map((hash) => argon2d.read(hash)?.matches('p'))).toEqual([undefined, true])
  })

  it('read version 16, with and without its number, and call it outdated', () => {
    const rest = 'm=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY'
    for (const hash of [`$argon2i$${rest}`, `$argon2i$v=16$${rest}`]) {
      expect(argon2i.read(hash)?.matches('password')).toBe(true)
      expect(argon2i.read(hash)?.outdated).toBe(true)
    }
    expect(argon2i.read(`$argon2i$v=19$${rest}`)?.matches('password')).toBe(false)
  })
})
