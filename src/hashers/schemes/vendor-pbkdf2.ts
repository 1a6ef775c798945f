import { base64, decodeHex } from '../bytes.ts'
import { scheme } from '../define.ts'
import type { Scheme } from '../scheme.ts'
import { readPbkdf2 } from './pbkdf2.ts'

/** Jira, Confluence and Crowd: 16 bytes of salt and 32 of digest together; the rounds are fixed. */
export const atlassianPbkdf2Sha1: Scheme = scheme('atlassian_pbkdf2_sha1', 'import', (text) => {
  const match = /^\{PKCS5S2\}([A-Za-z0-9+/]{64})$/.exec(text)
  const bytes = match && base64.decode(match[1] as string)
  if (!bytes) return undefined
  const salt = bytes.subarray(0, 16)
  const digest = bytes.subarray(16)
  return readPbkdf2('atlassian_pbkdf2_sha1', { prf: 'sha1', rounds: 10_000, salt, digest })
})

const grubShape = /^grub\.pbkdf2\.sha512\.([1-9]\d{0,7})\.([0-9A-Fa-f]{2,512})\.([0-9A-Fa-f]{128})$/

/** `grub-mkpasswd-pbkdf2`. */
export const grubPbkdf2Sha512: Scheme = scheme('grub_pbkdf2_sha512', 'import', (text) => {
  const match = grubShape.exec(text)
  const salt = match && decodeHex(match[2] as string)
  const digest = match && decodeHex(match[3] as string)
  if (!match || !salt || !digest) return undefined
  const rounds = Number(match[1])
  return readPbkdf2('grub_pbkdf2_sha512', { prf: 'sha512', rounds, salt, digest })
})
