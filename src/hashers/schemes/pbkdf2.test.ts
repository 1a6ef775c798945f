import { describe, expect, it } from 'vitest'
import { pbkdf2Sha1, pbkdf2Sha256, pbkdf2Sha512 } from './pbkdf2.ts'
import { atlassianPbkdf2Sha1, grubPbkdf2Sha512 } from './vendor-pbkdf2.ts'

const salt = Buffer.from('saltsaltsaltsalt')
const cheap = { rounds: 50 }

describe.each([
  [pbkdf2Sha1, /^\$pbkdf2\$50\$.{22}\$.{27}$/],
  [pbkdf2Sha256, /^\$pbkdf2-sha256\$50\$.{22}\$.{43}$/],
  [pbkdf2Sha512, /^\$pbkdf2-sha512\$50\$.{22}\$.{86}$/],
])('$name', (scheme, form) => {
  const good = scheme.make('pässwörd', salt, cheap)

  it('accepts the password that it hashed and no other', () => {
    expect(good).toMatch(form)
    expect(scheme.read(good)?.matches('pässwörd')).toBe(true)
    expect(scheme.read(good)?.matches('passwörd')).toBe(false)
    expect(scheme.read(good.replace('$50$', '$51$'))?.matches('pässwörd')).toBe(false)
  })

  it('calls fewer rounds weaker', () => {
    expect(scheme.isWeaker({ rounds: 49 }, cheap)).toBe(true)
    expect(scheme.isWeaker({ rounds: 50 }, cheap)).toBe(false)
  })

  it.each([
    ['no rounds', good.replace('$50$', '$0$')],
    ['a leading zero', good.replace('$50$', '$050$')],
    ['rounds of minutes', good.replace('$50$', '$99999999$')],
    ['a name that its digest does not fit', good.replace(/pbkdf2[^$]*/, 'pbkdf2-sha384')],
    ['a shorter digest', good.slice(0, -4)],
    ['padding', `${good}=`],
    ['the usual alphabet', good.replace(/.{4}$/, '++++')],
    ['something behind', `${good}$`],
  ])('refuses a stored hash with %s', (_, hash) => {
    expect(scheme.read(hash)).toBeUndefined()
  })
})

describe('atlassian_pbkdf2_sha1', () => {
  const good = '{PKCS5S2}cE9Yq6Am5tQGdHSHhky2XLeOnURwzaLBG2sur7FHKpvy2u0qDn6GcVGRjlmJoIUy'

  it('accepts the password and no other', () => {
    expect(atlassianPbkdf2Sha1.read(good)?.matches('Ιωαννης')).toBe(true)
    expect(atlassianPbkdf2Sha1.read(good)?.matches('Ιωαννη')).toBe(false)
  })

  it.each([good.slice(0, -1), `${good}=`, good.replace('{PKCS5S2}', '{PKCS5S1}')])(
    'refuses %s',
    (hash) => expect(atlassianPbkdf2Sha1.read(hash)).toBeUndefined(),
  )
})

describe('grub_pbkdf2_sha512', () => {
  const good =
    'grub.pbkdf2.sha512.10000.BCAC1CEC5E4341C8C511C5297FA877BE91C2817B32A35A3ECF5CA6B8B257F751.6968526A2A5B1AEEE0A29A9E057336B48D388FFB3F600233237223C2104DE1752CEC35B0DD1ED49563398A282C0F471099C2803FBA47C7919CABC43192C68F60'

  it('accepts the password and no other, in digits of either case', () => {
    for (const hash of [good, good.toLowerCase()]) {
      expect(grubPbkdf2Sha512.read(hash)?.matches('Ιωαννης')).toBe(true)
      expect(grubPbkdf2Sha512.read(hash)?.matches('Ιωαννη')).toBe(false)
    }
  })

  it.each([
    good.slice(0, -2),
    good.replace('10000', '010000'),
    good.replace('10000', '99999999'),
    good.replace('sha512', 'sha256'),
  ])('refuses %s', (hash) => expect(grubPbkdf2Sha512.read(hash)).toBeUndefined())
})
