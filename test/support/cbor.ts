/** What CBOR says, as far as authenticators use it. */
export type Cbor =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly Cbor[]
  | Map<number | string, Cbor>

/** As much of CBOR as authenticators use (RFC 8949), each in its shortest form; maps in the order that is given. */
export function cbor(value: Cbor): Buffer {
  if (value === null) return uint(0xf6, 1)
  if (typeof value === 'boolean') return uint(value ? 0xf5 : 0xf4, 1)
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.byteLength), value])
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)])
  return Buffer.concat([head(4, value.length), ...value.map(cbor)])
}

function head(major: number, count: number): Buffer {
  const type = major << 5
  if (count < 24) return uint(type | count, 1)
  if (count < 0x100) return Buffer.concat([uint(type | 24, 1), uint(count, 1)])
  if (count < 0x10000) return Buffer.concat([uint(type | 25, 1), uint(count, 2)])
  return Buffer.concat([uint(type | 26, 1), uint(count, 4)])
}

/** A number in this many bytes, the first one the highest. */
export function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}
