import { describe, expect, it } from 'vitest'
import { PlannedHashReader } from './hash-reader.ts'
import { type PasswordContextOptions, planOf } from './options.ts'

const reader = (options: PasswordContextOptions = {}) => new PlannedHashReader(planOf(options))
const argon2id =
  '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

describe('reading of a hash', () => {
  it('says scheme, cost and key, and whether the next sign-in replaces it', () => {
    const pepper = [{ id: '2026', key: 'x'.repeat(32) }]
    const cost = { memory: 65536, passes: 2, lanes: 1 }
    const plain = { kind: 'accepted', scheme: 'argon2id', cost, key: undefined, upgraded: false }
    expect(reader().read(argon2id)).toEqual(plain)
    expect(reader({ pepper }).read(argon2id)).toEqual({ ...plain, upgraded: true })
    expect(reader({ pepper }).read(`$keyed$k=2026${argon2id}`)).toEqual({ ...plain, key: '2026' })
    expect(reader().read(`$keyed$k=2026${argon2id}`)).toEqual({
      kind: 'refused',
      rule: 'unknown_key',
      scheme: undefined,
    })
  })

  it.each([
    ['md5$3OpqnFAHW5CT$54b29300675271049a1ebae07b395e20', 'django_salted_md5'],
    ['8743b52063cd84097a65d1633f5c74f5', 'nthash or hex_md5'],
    ['*FCAE5F1A1A5D1BB4A3D1C1A5F5B9E1B6A6E0F5B1', 'mysql41'],
    ['md5fd5e6c11e2c1b4b1e8f0b1f1d5e6c11e', 'postgres_md5'],
  ])('names the legacy scheme of %s where it is not accepted', (hash, scheme) => {
    expect(reader().read(hash)).toEqual({ kind: 'refused', rule: 'not_accepted', scheme })
  })

  it('takes a legacy scheme that is accepted', () => {
    const accepting = reader({ schemes: ['argon2id', 'hex_md5'] })
    expect(accepting.read('8743b52063cd84097a65d1633f5c74f5')).toMatchObject({
      kind: 'accepted',
      scheme: 'hex_md5',
      upgraded: true,
    })
  })

  it.each([
    ['$2b$31$LhayLxezLhK1LhWvKxCyLOj0j1u.Kj0jZ0pEmm134uzrQlFvQJLF6', 'bcrypt'],
    ['{bcrypt}$2a$16$nFtLGT.AF.scyzL7p.Pf5uurv/wxmUlTIxnPOrRnQdISqxaeFLJH2', 'spring_bcrypt'],
    ['$wp$2y$30$7SIqtxpcCDdy9Cikr8VO/uasI8wPHr1yjQqkFPnuE6x/X1xRnMf5q', 'wordpress_bcrypt'],
    [argon2id.replace('m=65536', 'm=9999999'), 'argon2id'],
    ['argon2$argon2i$v=19$m=256,t=99,p=1$c29tZXNhbHQ$AJFIsNZTMKTAewB4+ETN1A', 'django_argon2'],
    [
      'pbkdf2_sha256$99999999$H0dPx8NeajVu$GiC4k5kqbbR9qWBlsRgDywNqC2vd9kqfk7zdorEnNas=',
      'django_pbkdf2_sha256',
    ],
    [
      'pbkdf2:sha256:99999999$QmcTOwwifn36j05R$572f7997d08845d617c5aa97b78d587323e9552dfe740fe8467bf714fb59505d',
      'werkzeug_pbkdf2',
    ],
    ['$P$Z84478476IagS59wHZvyQMArzfx58u.', 'phpass'],
  ])('knows a hash that costs too much from one that is damaged: %s', (hash, scheme) => {
    expect(reader().read(hash)).toEqual({ kind: 'refused', rule: 'too_expensive', scheme })
  })

  it.each(['', 'password', 'bcrypt', '$2b$12$short', '{"type":"password"}'])(
    'does not understand %j',
    (hash) => {
      const nothing = { kind: 'refused', rule: 'not_understood', scheme: undefined }
      expect(reader().read(hash)).toEqual(nothing)
    },
  )

  it.each(['!', '!Zx8kPq', '*', '!!', '!$6$locked'])('takes %s for an account without', (hash) => {
    expect(reader().read(hash)).toEqual({ kind: 'no_password' })
  })
})
