import { hash } from 'node:crypto'
import { decodeHex } from '../bytes.ts'
import { scheme, storedDigest } from '../define.ts'
import { md4 } from '../md4.ts'
import { textOf } from '../password.ts'
import type { Scheme, StoredHash } from '../scheme.ts'

// Digests without salt or cost. Several look alike: which one a text is, its reader has to say.

type Derive = (password: Uint8Array) => Uint8Array | undefined

const digestOf =
  (algorithm: string): Derive =>
  (password) =>
    hash(algorithm, password, 'buffer')

export const hexMd5: Scheme = bare('hex_md5', '', 16, digestOf('md5'))
export const hexSha1: Scheme = bare('hex_sha1', '', 20, digestOf('sha1'))
export const hexSha256: Scheme = bare('hex_sha256', '', 32, digestOf('sha256'))
export const hexSha512: Scheme = bare('hex_sha512', '', 64, digestOf('sha512'))

/** `PASSWORD()` of MySQL from 4.1 to 5.7, and `mysql_native_password`. */
export const mysql41: Scheme = bare('mysql41', '*', 20, (password) =>
  hash('sha1', hash('sha1', password, 'buffer'), 'buffer'),
)

/** Windows (MS-NLMP, 3.3.1): MD4 of the password in UTF-16. */
export const nthash: Scheme = bare('nthash', '', 16, (password) => {
  const text = textOf(password)
  return text === undefined ? undefined : md4(Buffer.from(text, 'utf16le'))
})

/** PostgreSQL's `md5`: the name of the role is the salt. */
export const postgresMd5: Scheme = scheme('postgres_md5', 'legacy', (text, { user }) => {
  if (user === undefined) return undefined
  return read('postgres_md5', 'md5', 16, text, (password) =>
    hash('md5', Buffer.concat([password, Buffer.from(user)]), 'buffer'),
  )
})

function bare(name: string, prefix: string, digestBytes: number, derive: Derive): Scheme {
  return scheme(name, 'legacy', (text) => read(name, prefix, digestBytes, text, derive))
}

function read(
  name: string,
  prefix: string,
  digestBytes: number,
  text: string,
  derive: Derive,
): StoredHash | undefined {
  if (!text.startsWith(prefix)) return undefined
  const digest = decodeHex(text.slice(prefix.length))
  if (digest?.byteLength !== digestBytes) return undefined
  return storedDigest({ scheme: name, digest, derive })
}
