import { hash } from 'node:crypto'
import { base64 } from '../bytes.ts'
import { scheme, storedDigest, wrapping } from '../define.ts'
import type { Scheme, SchemeTier } from '../scheme.ts'
import { bcrypt } from './bcrypt.ts'
import { md5Crypt } from './md5-crypt.ts'
import { sha256Crypt, sha512Crypt } from './sha-crypt.ts'
import { sha1Crypt } from './sha1-crypt.ts'

// `userPassword` of RFC 2307, 5.3, and what OpenLDAP's slappasswd made of it: a name in braces, of any
// letter case, and base64 of the digest, followed by the salt where there is one.

export const ldapMd5: Scheme = digestAndSalt('ldap_md5', '{MD5}', 'md5', 16, false)
export const ldapSha1: Scheme = digestAndSalt('ldap_sha1', '{SHA}', 'sha1', 20, false)
export const ldapSaltedMd5: Scheme = digestAndSalt('ldap_salted_md5', '{SMD5}', 'md5', 16, true)
export const ldapSaltedSha1: Scheme = digestAndSalt('ldap_salted_sha1', '{SSHA}', 'sha1', 20, true)
export const ldapSaltedSha256: Scheme = digestAndSalt(
  'ldap_salted_sha256',
  '{SSHA256}',
  'sha256',
  32,
  true,
)
export const ldapSaltedSha512: Scheme = digestAndSalt(
  'ldap_salted_sha512',
  '{SSHA512}',
  'sha512',
  64,
  true,
)

function digestAndSalt(
  name: string,
  prefix: string,
  algorithm: string,
  digestBytes: number,
  salted: boolean,
): Scheme {
  const [leastSalt, mostSalt] = salted ? [4, 64] : [0, 0]
  return scheme(name, 'legacy', (text) => {
    const bytes = startsWithName(text, prefix) && base64.decode(text.slice(prefix.length))
    if (!bytes) return undefined
    const digest = bytes.subarray(0, digestBytes)
    const salt = bytes.subarray(digestBytes)
    if (digest.length < digestBytes || salt.length < leastSalt || salt.length > mostSalt) {
      return undefined
    }
    const derive = (password: Uint8Array) =>
      hash(algorithm, Buffer.concat([password, salt]), 'buffer')
    return storedDigest({ scheme: name, digest, derive })
  })
}

export const ldapMd5Crypt: Scheme = crypt('ldap_md5_crypt', 'legacy', md5Crypt)
export const ldapSha1Crypt: Scheme = crypt('ldap_sha1_crypt', 'legacy', sha1Crypt)
export const ldapSha256Crypt: Scheme = crypt('ldap_sha256_crypt', 'import', sha256Crypt)
export const ldapSha512Crypt: Scheme = crypt('ldap_sha512_crypt', 'import', sha512Crypt)
export const ldapBcrypt: Scheme = crypt('ldap_bcrypt', 'import', bcrypt)

function crypt(name: string, tier: SchemeTier, inner: Scheme): Scheme {
  const prefix = '{CRYPT}'
  const exact = wrapping({ name, tier, prefix, inner })
  return scheme(name, tier, (text) =>
    startsWithName(text, prefix) ? exact.read(prefix + text.slice(prefix.length)) : undefined,
  )
}

function startsWithName(text: string, prefix: string): boolean {
  return text.slice(0, prefix.length).toUpperCase() === prefix
}
