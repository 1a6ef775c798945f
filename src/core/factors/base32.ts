/** RFC 4648 6: how the secrets of authenticator apps are written. */
const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Five bits for a character, without padding, which apps refuse. `alphabet` has 32 characters. */
export function base32(bytes: Uint8Array, alphabet: string = standard): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((held >> (bits - 5)) & 31)
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + alphabet.charAt((held << (5 - bits)) & 31) : text
}

/** In groups of four: what has to be typed or copied by hand. */
export function inFours(text: string, between: string): string {
  return (text.match(/.{1,4}/g) ?? []).join(between)
}
