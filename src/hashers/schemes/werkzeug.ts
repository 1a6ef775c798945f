import { decodeHex } from '../bytes.ts'
import { scheme } from '../define.ts'
import type { Scheme } from '../scheme.ts'
import { type Pbkdf2Prf, prfBytes, readPbkdf2 } from './pbkdf2.ts'
import { log2Of, readScrypt } from './scrypt.ts'

// https://werkzeug.palletsprojects.com/en/stable/utils/#module-werkzeug.security:
// `<method>[:<parameter>…]$<salt as text>$<digest in hexadecimal>`.

const scryptShape =
  /^scrypt:([1-9]\d{0,7}):([1-9]\d?):([1-9]\d?)\$([!-#%-~]{1,128})\$([0-9a-f]{128})$/

export const werkzeugScrypt: Scheme = scheme('werkzeug_scrypt', 'import', (text) => {
  const match = scryptShape.exec(text)
  const digest = match && decodeHex(match[5] as string)
  if (!match || !digest) return undefined
  const cost = { ln: log2Of(Number(match[1])), r: Number(match[2]), p: Number(match[3]) }
  return readScrypt('werkzeug_scrypt', { cost, salt: Buffer.from(match[4] as string), digest })
})

/** Without the rounds, as old versions wrote it, it means what that version's default was: refused. */
const pbkdf2Shape =
  /^pbkdf2:(sha(?:1|224|256|384|512)):([1-9]\d{0,7})\$([!-#%-~]{1,128})\$([0-9a-f]{40,128})$/

export const werkzeugPbkdf2: Scheme = scheme('werkzeug_pbkdf2', 'import', (text) => {
  const match = pbkdf2Shape.exec(text)
  if (!match) return undefined
  const prf = match[1] as Pbkdf2Prf
  const digest = decodeHex(match[4] as string)
  if (digest?.byteLength !== prfBytes[prf]) return undefined
  const salt = Buffer.from(match[3] as string)
  return readPbkdf2('werkzeug_pbkdf2', { prf, rounds: Number(match[2]), salt, digest })
})
