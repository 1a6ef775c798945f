import { describe, expect, it } from 'vitest'
import { hashArgon2id, verifyArgon2id } from './argon2id.ts'
import { parseArgon2id } from './phc.ts'

const cheap = { memory: 64, passes: 1, lanes: 1 }
const salt = Buffer.from('saltsaltsaltsalt')

describe('argon2id', () => {
  it('makes what the reference implementation makes', () => {
    // echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
    expect(
      hashArgon2id('password', Buffer.from('somesalt'), { memory: 65_536, passes: 2, lanes: 1 }),
    ).toBe('$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc')
  })

  it('accepts the password and no other', () => {
    const hash = hashArgon2id('MySecurePassword123!', salt, cheap)
    expect(verifyArgon2id('MySecurePassword123!', hash)).toBe(true)
    expect(verifyArgon2id('WrongPassword', hash)).toBe(false)
    expect(verifyArgon2id('', hash)).toBe(false)
  })

  it('sees all of a password: bytes after the 72nd, and NUL', () => {
    const long = 'x'.repeat(72)
    expect(verifyArgon2id(`${long}a`, hashArgon2id(`${long}b`, salt, cheap))).toBe(false)
    expect(verifyArgon2id('a\u0000b', hashArgon2id('a\u0000c', salt, cheap))).toBe(false)
    expect(verifyArgon2id('\u0000', hashArgon2id('', salt, cheap))).toBe(false)
  })

  const good = hashArgon2id('p', salt, cheap)
  it.each([
    ['nothing', ''],
    ['a bare word', 'password'],
    ['another scheme', good.replace('argon2id', 'argon2d')],
    ['another version', good.replace('v=19', 'v=16')],
    ['a sign in a number', good.replace('m=64', 'm=+64')],
    ['a leading zero', good.replace('m=64', 'm=064')],
    ['a doubled parameter', good.replace('m=64', 'm=64,m=64')],
    ['an unknown parameter', good.replace('p=1', 'p=1,x=1')],
    ['padding', `${good}=`],
    ['a line end', `${good}\n`],
    ['too little memory for its lanes', good.replace('p=1', 'p=16')],
    ['absurd memory', good.replace('m=64', 'm=4194304')],
    ['absurd passes', good.replace('t=1', 't=99')],
    [
      'a spelling of the salt that is not canonical',
      good.replace(/(\$[^$]{21})[^$](\$[^$]+)$/, '$1B$2'),
    ],
  ])('refuses a stored hash with %s, without working on it', (_, hash) => {
    expect(parseArgon2id(hash)).toBeUndefined()
    expect(verifyArgon2id('p', hash)).toBe(false)
  })
})
