import { describe, expect, it } from 'vitest'
import { bcrypt } from './bcrypt.ts'
import { bcryptSha256 } from './bcrypt-sha256.ts'

const salt = Buffer.from('saltsaltsaltsalt')
const cheap = { cost: 4 }

describe('bcrypt', () => {
  it('makes $2b$, which John the Ripper knows under another name', () => {
    const known = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
    const saltOfC = Buffer.from('10410410410410410410410410410410', 'hex')
    expect(bcrypt.make('U*U', saltOfC, { cost: 5 })).toBe(known.replace('$2a$', '$2b$'))
  })

  it.each(['2a', '2b', '2y'])('reads $%s$, as the same algorithm', (ident) => {
    const stored = bcrypt.read(bcrypt.make('pässwörd', salt, cheap).replace('2b', ident))
    expect(stored?.matches('pässwörd')).toBe(true)
    expect(stored?.matches('passwörd')).toBe(false)
    expect(stored?.outdated).toBe(false)
  })

  it('believes $2x$ only where its bug cannot strike', () => {
    const ascii = bcrypt.read(bcrypt.make('password', salt, cheap).replace('2b', '2x'))
    expect(ascii?.matches('password')).toBe(true)
    expect(ascii?.outdated).toBe(true)
    const other = bcrypt.read(bcrypt.make('pässwörd', salt, cheap).replace('2b', '2x'))
    expect(other?.matches('pässwörd')).toBe(false)
  })

  it('hashes 72 bytes and refuses the 73rd, instead of losing it', () => {
    const longest = 'é'.repeat(36)
    const stored = bcrypt.read(bcrypt.make(longest, salt, cheap))
    expect(stored?.matches(longest)).toBe(true)
    expect(stored?.matches(`${longest}a`)).toBe(false)
    expect(bcrypt.refusal(`${longest}a`, cheap)).toBe('password_too_long')
    expect(() => bcrypt.make(`${longest}a`, salt, cheap)).toThrow('password_too_long')
  })

  it('refuses NUL, behind which others do not look', () => {
    expect(() => bcrypt.make('a\u0000b', salt, cheap)).toThrow('password_with_nul')
    expect(bcrypt.read(bcrypt.make('a', salt, cheap))?.matches('a\u0000b')).toBe(false)
    expect(bcrypt.read(bcrypt.make('', salt, cheap))?.matches('\u0000')).toBe(false)
  })

  it('takes costs from 4 to 31, and salts of 16 bytes', () => {
    const refusals = [3, 4, 12, 31, 32, 4.5].map((cost) => bcrypt.refusal('p', { cost }))
    const bad = 'cost_out_of_bounds'
    expect(refusals).toEqual([bad, undefined, undefined, undefined, bad, bad])
    expect(() => bcrypt.make('p', Buffer.alloc(15), cheap)).toThrow('salt_size')
  })

  it('calls a lower cost weaker', () => {
    expect(bcrypt.isWeaker({ cost: 10 }, bcrypt.defaultCost)).toBe(true)
    expect(bcrypt.isWeaker({ cost: 12 }, bcrypt.defaultCost)).toBe(false)
    expect(bcrypt.isWeaker({ cost: 14 }, bcrypt.defaultCost)).toBe(false)
  })

  const good = bcrypt.make('p', salt, cheap)
  it.each([
    ['an unknown ident', good.replace('2b', '2c')],
    ['a cost of one digit', good.replace('$04$', '$4$')],
    ['a cost below the least', good.replace('$04$', '$03$')],
    ['a cost of hours', good.replace('$04$', '$31$')],
    ['a character too few', good.slice(0, -1)],
    ['a character too many', `${good}.`],
    ['a line end', `${good}\n`],
    ['a foreign character', good.replace(/.$/, '!')],
    ['unused bits of the salt', good.replace(/^(.{28})./, '$1v')],
    ['unused bits of the digest', good.replace(/.$/, '/')],
  ])('refuses a stored hash with %s', (_, hash) => {
    expect(bcrypt.read(hash)).toBeUndefined()
  })
})

describe('bcrypt-sha256', () => {
  it('makes the second version, and sees all of a password', () => {
    const long = 'x'.repeat(100)
    const hash = bcryptSha256.make(`${long}\u0000a`, salt, cheap)
    expect(hash).toMatch(/^\$bcrypt-sha256\$v=2,t=2b,r=4\$.{22}\$.{31}$/)
    expect(bcryptSha256.read(hash)?.matches(`${long}\u0000a`)).toBe(true)
    expect(bcryptSha256.read(hash)?.matches(`${long}\u0000b`)).toBe(false)
    expect(bcryptSha256.read(hash)?.outdated).toBe(false)
  })

  it('reads the first version and calls it outdated', () => {
    const first = '$bcrypt-sha256$2b,4$r6yq98.cx9Vbk6yTAeQ6ee$1.wvKP0PbQ2KYr.E4JNWTsNCaTELgfm'
    expect(bcryptSha256.read(first)?.matches('pässwörd')).toBe(true)
    expect(bcryptSha256.read(first)?.matches('password')).toBe(false)
    expect(bcryptSha256.read(first)?.outdated).toBe(true)
  })

  const good = bcryptSha256.make('p', salt, cheap)
  it.each([
    ['an unknown version', good.replace('v=2', 'v=3')],
    ['another bcrypt', good.replace('t=2b', 't=2x')],
    ['a leading zero', good.replace('r=4', 'r=04')],
    ['a cost of hours', good.replace('r=4', 'r=31')],
    ['no digest', good.replace(/[^$]+$/, '')],
    ['the form of plain bcrypt', bcrypt.make('p', salt, cheap)],
  ])('refuses a stored hash with %s', (_, hash) => {
    expect(bcryptSha256.read(hash)).toBeUndefined()
  })
})
