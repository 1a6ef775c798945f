/** Bytes of one half of a signature on P-256. */
const half = 32

/**
 * From DER, as OpenSSL writes a signature, to the two halves of fixed length that RFC 7518, 3.4 asks for. Node
 * does the same when it is told `ieee-p1363`, and takes half as long for it as for the signature itself.
 */
export function halvesOf(der: Uint8Array): Buffer {
  const halves = Buffer.alloc(2 * half)
  let end = 2
  for (const to of [half, 2 * half]) {
    const length = der[end + 1] ?? 0
    end += 2 + length
    // A zero stands in front where the first bit is set; zeros in front of a small number are left out.
    const bytes = der.subarray(end - Math.min(length, half), end)
    halves.set(bytes, to - bytes.length)
  }
  return halves
}

/** The way back; `undefined` unless there are two halves of the right length. */
export function derOf(halves: Uint8Array): Buffer | undefined {
  if (halves.length !== 2 * half) return undefined
  const r = integerAt(halves, 0)
  const s = integerAt(halves, half)
  return Buffer.from([0x30, r.length + s.length, ...r, ...s])
}

function integerAt(halves: Uint8Array, from: number): number[] {
  const last = from + half - 1
  let start = from
  while (start < last && halves[start] === 0) start += 1
  const bytes = halves.subarray(start, last + 1)
  const isNegative = (bytes[0] ?? 0) > 0x7f
  return isNegative ? [2, bytes.length + 1, 0, ...bytes] : [2, bytes.length, ...bytes]
}
