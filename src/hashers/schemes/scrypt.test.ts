import { describe, expect, it } from 'vitest'
import { scrypt } from './scrypt.ts'

const salt = Buffer.from('saltsaltsaltsalt')
const cheap = { ln: 4, r: 8, p: 1 }

describe('scrypt', () => {
  it('accepts the password that it hashed and no other', () => {
    const hash = scrypt.make('pässwörd', salt, cheap)
    expect(hash).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[^$]{22}\$[^$]{43}$/)
    expect(scrypt.read(hash)?.matches('pässwörd')).toBe(true)
    expect(scrypt.read(hash)?.matches('passwörd')).toBe(false)
  })

  it('reads the form of libsodium and libxcrypt', () => {
    const hash = '$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D'
    expect(scrypt.read(hash)?.cost).toEqual({ ln: 14, r: 8, p: 1 })
    expect(scrypt.read(hash)?.matches('pleaseletmein')).toBe(true)
    expect(scrypt.read(hash)?.matches('pleaseletmein.')).toBe(false)
  })

  it('calls less of any parameter weaker', () => {
    const wanted = { ln: 16, r: 8, p: 2 }
    expect(scrypt.isWeaker({ ln: 15, r: 8, p: 2 }, wanted)).toBe(true)
    expect(scrypt.isWeaker({ ln: 16, r: 8, p: 1 }, wanted)).toBe(true)
    expect(scrypt.isWeaker({ ln: 17, r: 8, p: 2 }, wanted)).toBe(false)
  })

  it('refuses to work beyond the bounds', () => {
    for (const cost of [{ ln: 0 }, { ln: 18 }, { p: 0 }, { p: 17 }, { r: 0 }, { r: 65 }]) {
      expect(scrypt.refusal('p', { ...cheap, ...cost })).toBe('cost_out_of_bounds')
    }
  })

  const good = scrypt.make('p', salt, cheap)
  it.each([
    ['no cost', good.replace('ln=4', 'ln=0')],
    ['16 GiB', good.replace('ln=4', 'ln=24')],
    ['a gigabyte in lanes', good.replace('ln=4,r=8,p=1', 'ln=17,r=8,p=11')],
    ['more rounds than its blocks can carry', good.replace('ln=4,r=8', 'ln=16,r=1')],
    ['no lanes', good.replace('p=1', 'p=0')],
    ['a missing parameter', good.replace(',p=1', '')],
    ['a doubled parameter', good.replace('p=1', 'p=1,p=1')],
    ['a leading zero', good.replace('r=8', 'r=08')],
    ['another letter case', good.replace('scrypt', 'SCRYPT')],
    ['padding', `${good}=`],
    ['no digest', good.replace(/\$[^$]+$/, '')],
    ['a $7$ of 2^63 rounds', '$7$z6..../....salt$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D'],
  ])('refuses a stored hash with %s', (_, hash) => {
    expect(scrypt.read(hash)).toBeUndefined()
  })
})
