import { hash } from 'node:crypto'
import { base64, decodeHex } from '../bytes.ts'
import { scheme, storedDigest, wrapping } from '../define.ts'
import type { Scheme } from '../scheme.ts'
import { argon2d, argon2i, argon2id } from './argon2.ts'
import { bcrypt } from './bcrypt.ts'
import { prfBytes, readPbkdf2 } from './pbkdf2.ts'
import { log2Of, readScrypt } from './scrypt.ts'

// https://docs.djangoproject.com/en/stable/topics/auth/passwords/: `<algorithm>$<the rest>`.
// A salt is text and is hashed as it is written.

export const djangoPbkdf2Sha256: Scheme = pbkdf2('sha256')
export const djangoPbkdf2Sha1: Scheme = pbkdf2('sha1')

function pbkdf2(prf: 'sha1' | 'sha256'): Scheme {
  const name = `django_pbkdf2_${prf}`
  const shape = new RegExp(
    `^pbkdf2_${prf}\\$([1-9]\\d{0,7})\\$([!-#%-~]{1,128})\\$([A-Za-z0-9+/]+={0,2})$`,
  )
  return scheme(name, 'import', (text) => {
    const match = shape.exec(text)
    const digest = match && base64.decode(match[3] as string)
    if (!match || digest?.byteLength !== prfBytes[prf]) return undefined
    const salt = Buffer.from(match[2] as string)
    return readPbkdf2(name, { prf, rounds: Number(match[1]), salt, digest })
  })
}

const anyArgon2 = scheme('argon2', 'core', (text) =>
  [argon2id, argon2i, argon2d].map((each) => each.read(text)).find((read) => read !== undefined),
)

export const djangoArgon2: Scheme = wrapping({
  name: 'django_argon2',
  tier: 'import',
  prefix: 'argon2',
  inner: anyArgon2,
})

export const djangoBcrypt: Scheme = wrapping({
  name: 'django_bcrypt',
  tier: 'import',
  prefix: 'bcrypt$',
  inner: bcrypt,
})

export const djangoBcryptSha256: Scheme = wrapping({
  name: 'django_bcrypt_sha256',
  tier: 'import',
  prefix: 'bcrypt_sha256$',
  inner: bcrypt,
  prehash: (password) => Buffer.from(hash('sha256', password, 'hex')),
})

const scryptShape =
  /^scrypt\$([1-9]\d{0,7})\$([!-#%-~]{1,128})\$([1-9]\d?)\$([1-9]\d?)\$([A-Za-z0-9+/]{86}==)$/

/** Cost, salt, block size, lanes: the salt stands in the middle. */
export const djangoScrypt: Scheme = scheme('django_scrypt', 'import', (text) => {
  const match = scryptShape.exec(text)
  const digest = match && base64.decode(match[5] as string)
  if (!match || !digest) return undefined
  const cost = { ln: log2Of(Number(match[1])), r: Number(match[3]), p: Number(match[4]) }
  return readScrypt('django_scrypt', { cost, salt: Buffer.from(match[2] as string), digest })
})

export const djangoSaltedMd5: Scheme = salted('md5', 32)
export const djangoSaltedSha1: Scheme = salted('sha1', 40)

function salted(algorithm: 'md5' | 'sha1', digits: number): Scheme {
  const name = `django_salted_${algorithm}`
  const shape = new RegExp(`^${algorithm}\\$([!-#%-~]{0,128})\\$([0-9a-f]{${digits}})$`)
  return scheme(name, 'legacy', (text) => {
    const match = shape.exec(text)
    const digest = match && decodeHex(match[2] as string)
    if (!match || !digest) return undefined
    const salt = Buffer.from(match[1] as string)
    const derive = (password: Uint8Array) =>
      hash(algorithm, Buffer.concat([salt, password]), 'buffer')
    return storedDigest({ scheme: name, digest, derive })
  })
}
