import type { KeyObject } from 'node:crypto'
import { type Algorithm, schemes } from '../../src/jwt/algorithm.ts'
import type { TokenKey } from '../../src/jwt/index.ts'

export function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text).toString('base64url')
}

/** Any header and payload, also such as the library would never write, with a signature that is right. */
export function forge(
  header: unknown,
  payload: unknown,
  { algorithm, signing }: Pick<TokenKey, 'algorithm' | 'signing'>,
): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${signatureOf(input, algorithm, signing as KeyObject)}`
}

export function signatureOf(input: string, algorithm: Algorithm, key: KeyObject): string {
  return schemes[algorithm].sign(input, key)
}
