import { describe, expect, it } from 'vitest'
import { bcrypt } from './bcrypt.ts'
import * as ldap from './ldap.ts'

describe.each([
  [ldap.ldapMd5, 'helloworld', '{MD5}/F4DjTilcDIIVEHn/nAQsA=='],
  [ldap.ldapSha1, 'helloworld', '{SHA}at+xg6SiyUovktq1redipHiJpaE='],
  [ldap.ldapSaltedMd5, 'testing1234', '{SMD5}UjFY34os/pnZQ3oQOzjqGu4yeXE='],
  [ldap.ldapSaltedSha1, 'Password', '{SSHA}7genXTRSQHWk/zWRMV1ytnFGrTJYReuAhG5gqQ=='],
  [
    ldap.ldapSaltedSha256,
    'toomanysecrets',
    '{SSHA256}RrTKrg6HFXcjJ+eDAq4UtbODxOr9RLeG+I69FoJvutcbY0zpfU+p1Q==',
  ],
  [
    ldap.ldapSaltedSha512,
    ' ',
    '{SSHA512}jFq5MJbw37Qwp+bWQqvXXj1tVEYykZABq8qhuXWSXC5GlO7dTwNsuEQ1mcJQyMC6clfgtX01nmq6GyrbX9KcYEtWzNK4t6d/',
  ],
])('$name', (scheme, password, good) => {
  it('accepts the password and no other, by a name of any letter case', () => {
    const lower = good.replace(/^\{.*\}/, (name) => name.toLowerCase())
    for (const hash of [good, lower]) {
      expect(scheme.read(hash)?.matches(password)).toBe(true)
      expect(scheme.read(hash)?.matches(`${password}.`)).toBe(false)
    }
  })

  it('refuses what is not exactly its form', () => {
    const name = good.slice(0, good.indexOf('}') + 1)
    const broken = [name, `${name}AAAA`, `${good}=`, `${good}\n`, `{PLAIN}${password}`]
    const tooLong = `${name}${'A'.repeat(180)}`
    expect([...broken, tooLong].map((text) => scheme.read(text)).filter(Boolean)).toEqual([])
  })
})

it('refuses a salt of three bytes', () => {
  const hash = '{SSHA256}Lpdyr1+lR+rtxgp3SpQnUuNw33ENivTl28nzF2ZI4Gm41/o='
  expect(ldap.ldapSaltedSha256.read(hash)).toBeUndefined()
})

describe('{CRYPT}', () => {
  it('stands before hashes of crypt(3)', () => {
    const hash = '{CRYPT}$1$SuMrG47N$ymvzYjr7QcEQjaK5m1PGx1'
    expect(ldap.ldapMd5Crypt.read(hash)?.scheme).toBe('ldap_md5_crypt')
    expect(ldap.ldapMd5Crypt.read(hash.replace('CRYPT', 'crypt'))?.matches('test')).toBe(true)
    expect(ldap.ldapMd5Crypt.read(hash)?.matches('tests')).toBe(false)
    expect(ldap.ldapSha1Crypt.read(hash)).toBeUndefined()
  })

  it('stands before bcrypt', () => {
    const hash = bcrypt.make('p', Buffer.alloc(16), { cost: 4 })
    expect(ldap.ldapBcrypt.read(`{CRYPT}${hash}`)?.matches('p')).toBe(true)
    expect(ldap.ldapBcrypt.read(hash)).toBeUndefined()
    expect(ldap.ldapBcrypt.read('{CRYPT}*')).toBeUndefined()
  })
})
