import { Buffer } from 'node:buffer'

/** Two-way and exact: what `decode` accepts, `encode` gives again, so each value has one spelling. */
export interface Codec {
  encode(bytes: Uint8Array): string
  /** `undefined` for other characters, padding where none belongs, and unused bits that are not zero. */
  decode(text: string): Buffer | undefined
}

const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const bcryptOrder = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const cryptOrder = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** RFC 4648, 4: with padding. */
export const base64: Codec = exact(
  (bytes) => Buffer.from(bytes).toString('base64'),
  (text) => Buffer.from(text, 'base64'),
)

/** The PHC string format: no padding. */
export const phc64: Codec = exact(
  (bytes) => base64.encode(bytes).replace(/=+$/, ''),
  (text) => Buffer.from(text, 'base64'),
)

/** passlib's `ab64`: no padding, and `.` for `+`. */
export const ab64: Codec = exact(
  (bytes) => phc64.encode(bytes).replaceAll('+', '.'),
  (text) => Buffer.from(text.replaceAll('.', '+'), 'base64'),
)

/** bcrypt: no padding, an alphabet in another order. */
export const bcrypt64: Codec = exact(
  (bytes) => translate(phc64.encode(bytes), standard, bcryptOrder),
  (text) => Buffer.from(translate(text, bcryptOrder, standard), 'base64'),
)

/** crypt(3) and phpass: a third order, and the lowest six bits first. */
export const crypt64: Codec = exact(encodeCrypt, decodeCrypt)

export const cryptCharacters: string = cryptOrder

/** Hexadecimal of either case, not of both: the digest means the same, and exports come in both. */
export function decodeHex(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'hex')
  const spelt = bytes.toString('hex')
  return spelt === text || spelt.toUpperCase() === text ? bytes : undefined
}

function exact(
  encode: (bytes: Uint8Array) => string,
  decode: (text: string) => Buffer<ArrayBuffer>,
): Codec {
  return {
    encode,
    decode(text) {
      const bytes = decode(text)
      return encode(bytes) === text ? bytes : undefined
    },
  }
}

/** A character that is not of the alphabet becomes one that no decoder takes. */
function translate(text: string, from: string, to: string): string {
  return Array.from(text, (character) => to[from.indexOf(character)] ?? '!').join('')
}

function encodeCrypt(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16)
    const characters = Math.min(bytes.length - i, 3) + 1
    for (let n = 0; n < characters; n++) text += cryptOrder[(word >> (6 * n)) & 63]
  }
  return text
}

function decodeCrypt(text: string): Buffer<ArrayBuffer> {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i += 4) {
    const group = Array.from(text.slice(i, i + 4), (character) => cryptOrder.indexOf(character))
    const word = group.reduce((sum, value, n) => sum | ((value & 63) << (6 * n)), 0)
    for (let n = 0; n < group.length - 1; n++) bytes.push((word >> (8 * n)) & 255)
  }
  return Buffer.from(bytes)
}
