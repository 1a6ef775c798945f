import type { HashContext, MakingScheme, Scheme, StoredHash } from '../scheme.ts'
import { argon2d, argon2i, argon2id } from './argon2.ts'
import { aspnetIdentityV3 } from './aspnet.ts'
import * as bare from './bare-digests.ts'
import { bcrypt } from './bcrypt.ts'
import { bcryptSha256 } from './bcrypt-sha256.ts'
import { betterAuthScrypt, luciaV2Scrypt } from './better-auth.ts'
import { djangoDisabled, unixDisabled } from './disabled.ts'
import * as django from './django.ts'
import { firebaseScrypt } from './firebase.ts'
import { keycloakArgon2, keycloakPbkdf2 } from './keycloak.ts'
import * as ldap from './ldap.ts'
import { aprMd5Crypt, md5Crypt } from './md5-crypt.ts'
import { pbkdf2Sha1, pbkdf2Sha256, pbkdf2Sha512 } from './pbkdf2.ts'
import { drupal, phpass } from './phpass.ts'
import { scrypt } from './scrypt.ts'
import { sha256Crypt, sha512Crypt } from './sha-crypt.ts'
import { sha1Crypt } from './sha1-crypt.ts'
import { springBcrypt } from './spring.ts'
import { atlassianPbkdf2Sha1, grubPbkdf2Sha512 } from './vendor-pbkdf2.ts'
import { werkzeugPbkdf2, werkzeugScrypt } from './werkzeug.ts'
import { wordpressBcrypt } from './wordpress.ts'

/** The schemes that can make hashes. A `Map`, so that `__proto__` is a name like any unknown one. */
export const makingSchemes: ReadonlyMap<string, MakingScheme> = byName<MakingScheme>([
  argon2id,
  argon2i,
  argon2d,
  bcrypt,
  bcryptSha256,
  scrypt,
  pbkdf2Sha1,
  pbkdf2Sha256,
  pbkdf2Sha512,
])

/** Every scheme, by its name. */
export const schemes: ReadonlyMap<string, Scheme> = byName<Scheme>([
  ...makingSchemes.values(),

  django.djangoPbkdf2Sha256,
  django.djangoPbkdf2Sha1,
  django.djangoArgon2,
  django.djangoBcrypt,
  django.djangoBcryptSha256,
  django.djangoScrypt,
  werkzeugScrypt,
  werkzeugPbkdf2,
  keycloakPbkdf2,
  keycloakArgon2,
  aspnetIdentityV3,
  firebaseScrypt,
  betterAuthScrypt,
  luciaV2Scrypt,
  phpass,
  wordpressBcrypt,
  drupal,
  springBcrypt,
  sha256Crypt,
  sha512Crypt,
  ldap.ldapSha256Crypt,
  ldap.ldapSha512Crypt,
  ldap.ldapBcrypt,
  atlassianPbkdf2Sha1,
  grubPbkdf2Sha512,

  md5Crypt,
  aprMd5Crypt,
  sha1Crypt,
  ldap.ldapMd5Crypt,
  ldap.ldapSha1Crypt,
  ldap.ldapMd5,
  ldap.ldapSha1,
  ldap.ldapSaltedMd5,
  ldap.ldapSaltedSha1,
  ldap.ldapSaltedSha256,
  ldap.ldapSaltedSha512,
  django.djangoSaltedMd5,
  django.djangoSaltedSha1,
  bare.mysql41,
  bare.postgresMd5,
  bare.nthash,
  bare.hexMd5,
  bare.hexSha1,
  bare.hexSha256,
  bare.hexSha512,
  djangoDisabled,
  unixDisabled,
])

/**
 * Reads a hash string by the first of the allowed schemes that understands it: where two look alike
 * (32 hexadecimal digits), the caller's order decides. Unknown names understand nothing.
 */
export function readHash(
  text: string,
  allowed: Iterable<string>,
  context?: HashContext,
): StoredHash | undefined {
  for (const name of allowed) {
    const hash = schemes.get(name)?.read(text, context)
    if (hash) return hash
  }
  return undefined
}

function byName<S extends Scheme>(list: readonly S[]): ReadonlyMap<string, S> {
  return new Map(list.map((scheme) => [scheme.name, scheme]))
}
