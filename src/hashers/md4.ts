/**
 * MD4 (RFC 1320). Broken since 1995 and gone from OpenSSL's default provider, so that `node:crypto` has
 * it no more; it is here to verify the hashes of Windows, never to make one.
 */
export function md4(message: Uint8Array): Buffer {
  const blocks = pad(message)
  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let start = 0; start < blocks.length; start += 64) {
    const [a0, b0, c0, d0] = [a, b, c, d]
    for (let step = 0; step < 48; step++) {
      const round = rounds[step >> 4] as Round
      const word = blocks.readUInt32LE(start + 4 * (round.order[step & 15] as number))
      const sum = (a + round.mix(b, c, d) + word + round.constant) | 0
      const turned = rotate(sum, round.turns[step & 3] as number)
      a = d
      d = c
      c = b
      b = turned
    }
    a = (a + a0) | 0
    b = (b + b0) | 0
    c = (c + c0) | 0
    d = (d + d0) | 0
  }
  const digest = Buffer.alloc(16)
  for (const [index, word] of [a, b, c, d].entries()) digest.writeInt32LE(word | 0, 4 * index)
  return digest
}

interface Round {
  readonly mix: (x: number, y: number, z: number) => number
  readonly constant: number
  readonly order: readonly number[]
  readonly turns: readonly number[]
}

const rounds: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    turns: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    turns: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    turns: [3, 9, 11, 15],
  },
]

/** A one bit, zeros, and the length in bits, to whole blocks of 64 bytes. */
function pad(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(64 * Math.ceil((message.length + 9) / 64))
  padded.set(message)
  padded[message.length] = 0x80
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8)
  return padded
}

function rotate(word: number, turns: number): number {
  return (word << turns) | (word >>> (32 - turns))
}
