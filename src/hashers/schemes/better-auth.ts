import { decodeHex } from '../bytes.ts'
import { scheme } from '../define.ts'
import { nfkc } from '../password.ts'
import type { Scheme } from '../scheme.ts'
import { readScrypt } from './scrypt.ts'

/** Both libraries wrote no parameters, because they had these and no others. */
const cost = { ln: 14, r: 16, p: 1 }

/**
 * better-auth (`src/crypto/password.ts`) and Lucia 3: `<salt>:<digest>` in hexadecimal. The salt is
 * hashed as it is written, the password composed first.
 */
export const betterAuthScrypt: Scheme = saltAndDigest(
  'better_auth_scrypt',
  /^([0-9a-f]{32}):([0-9a-f]{128})$/,
)

/** Lucia 2 (`lucia/utils`): the salt is sixteen letters and digits. */
export const luciaV2Scrypt: Scheme = saltAndDigest(
  'lucia_v2_scrypt',
  /^s2:([A-Za-z0-9]{16}):([0-9a-f]{128})$/,
)

function saltAndDigest(name: string, shape: RegExp): Scheme {
  return scheme(name, 'import', (text) => {
    const match = shape.exec(text)
    const digest = match && decodeHex(match[2] as string)
    if (!match || !digest) return undefined
    const salt = Buffer.from(match[1] as string)
    return readScrypt(name, { cost, salt, digest, prepare: nfkc })
  })
}
