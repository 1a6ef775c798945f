import { describe, expect, it } from 'vitest'
import * as django from './django.ts'

describe.each([
  [
    django.djangoPbkdf2Sha256,
    'ﬁnance',
    'pbkdf2_sha256$100$UGm3oE5hblxhYShK$PT4Z6fx9t9ZklLLNurq4xICdVnRR/Vrfd2QeSX0ksuk=',
  ],
  [django.djangoPbkdf2Sha1, ' ', 'pbkdf2_sha1$100$IO4G9J4wIiyFdYB9$p2+rjrd1t48H6jfhpfSgieFefx0='],
  [
    django.djangoArgon2,
    'pa\u0308sswo\u0308rd',
    'argon2$argon2id$v=19$m=64,t=1,p=1$aE1VdXRYZTBxaktIU3Vrcg$v/KogjtV5/ZQqsy3razL0Q',
  ],
  [django.djangoBcrypt, '', 'bcrypt$$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.'],
  [
    django.djangoBcryptSha256,
    'correct horse battery staple',
    'bcrypt_sha256$$2b$04$KjG9xoo4Gy8AherkswTbAujC0m7da2Z0bmwI2mWaNX8/GsDUpRRW6',
  ],
  [
    django.djangoScrypt,
    'lètmein',
    'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
  ],
  [django.djangoSaltedMd5, 'test', 'md5$3OpqnFAHW5CT$54b29300675271049a1ebae07b395e20'],
  [
    django.djangoSaltedSha1,
    'correct horse battery staple',
    'sha1$Ig8kUlvAZxdC9jTl$ac3d58c434c9d0dd19c1697a3e4e226afd319231',
  ],
])('$name', (scheme, password, hash) => {
  it('accepts the password and no other', () => {
    expect(scheme.read(hash)?.scheme).toBe(scheme.name)
    expect(scheme.read(hash)?.matches(password)).toBe(true)
    expect(scheme.read(hash)?.matches(`${password}.`)).toBe(false)
  })

  it('refuses what is not exactly its form', () => {
    const broken = [
      hash.slice(0, -1),
      `${hash}=`,
      `${hash}\n`,
      hash.replace(/^[^$]+/, 'pbkdf2_sha512'),
      hash.toUpperCase(),
      hash.replace(/[^$]+$/, ''),
    ]
    expect(broken.map((text) => scheme.read(text))).toEqual(broken.map(() => undefined))
  })
})

it('refuses costs that are absurd, zero or not canonical', () => {
  const digest = 'T37eHN1mSezMtWsr+aMw5pmVdmAN5Mgrwg3UzA1DFAI='
  for (const rounds of ['0', '-1', '1e3', '+100', '0100', '99999999', '999999999999']) {
    expect(django.djangoPbkdf2Sha256.read(`pbkdf2_sha256$${rounds}$salt$${digest}`)).toBeUndefined()
  }
  const key = `${'A'.repeat(86)}==`
  for (const cost of [
    '17$s$8$1',
    '0$s$8$1',
    '33554432$s$8$1',
    '16$s$0$1',
    '16$s$8$99',
    '16$$8$1',
  ]) {
    expect(django.djangoScrypt.read(`scrypt$${cost}$${key}`)).toBeUndefined()
  }
})

it('sees all of a password behind bcrypt_sha256, and nothing of a long one behind bcrypt', () => {
  const long = 'a'.repeat(73)
  const plain = 'bcrypt$$2b$04$zR6nBYbim1/mZGs9Bu0RFuZcGsHdvqp1Ej9c6p3e/SgE94RLxuaGO'
  expect(django.djangoBcrypt.read(plain)?.matches(long)).toBe(false)
  expect(django.djangoBcrypt.read(plain)?.matches(long.slice(0, 72))).toBe(true)
})
