import { createHmac } from 'node:crypto'
import { scheme } from '../define.ts'
import { bytesOf } from '../password.ts'
import type { Scheme } from '../scheme.ts'
import { bcrypt } from './bcrypt.ts'

/**
 * WordPress 6.8 and later: bcrypt of a digest, so that 72 bytes are no limit. The digest has a key of
 * its own, so that digests stolen elsewhere cannot be tried.
 * https://make.wordpress.org/core/2025/02/17/wordpress-6-8-will-use-bcrypt-for-password-hashing/
 */
export const wordpressBcrypt: Scheme = scheme('wordpress_bcrypt', 'import', (text) => {
  const hash = text.startsWith('$wp$2y$') ? bcrypt.read(text.slice('$wp'.length)) : undefined
  return (
    hash && {
      ...hash,
      scheme: 'wordpress_bcrypt',
      matches(password) {
        const bytes = bytesOf(password)
        return bytes !== undefined && hash.matches(prehash(bytes))
      },
    }
  )
})

function prehash(password: Uint8Array): Buffer {
  return Buffer.from(createHmac('sha384', 'wp-sha384').update(password).digest('base64'))
}
