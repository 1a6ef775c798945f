import { describe, expect, it } from 'vitest'
import { Xaes } from './xaes.ts'

const bytes = (text: string) => Buffer.from(text)
const hex = (text: string) => Buffer.from(text, 'hex')
const nonce = bytes('ABCDEFGHIJKLMNOPQRSTUVWX')
const text = bytes('XAES-256-GCM')

// The two examples of the specification: one for either value of the bit that is carried.
const examples = [
  {
    key: Buffer.alloc(32, 1),
    bound: bytes(''),
    message: hex('ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'),
  },
  {
    key: Buffer.alloc(32, 3),
    bound: bytes('c2sp.org/XAES-256-GCM'),
    message: hex('986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'),
  },
]

describe('XAES-256-GCM', () => {
  it.each(examples)('knows an example of its specification: $bound', ({ key, bound, message }) => {
    expect(new Xaes(key).encrypt(nonce, text, bound)).toEqual(message)
    expect(new Xaes(key).decrypt(nonce, message, bound)).toEqual(text)
  })

  it('opens any number of messages, one after the other', () => {
    const cipher = new Xaes(examples[0]?.key as Uint8Array)
    for (let length = 0; length < 100; length++) {
      const [own, long] = [Buffer.alloc(24, length), Buffer.alloc(length, 'x')]
      const message = cipher.encrypt(own, long, nonce)
      expect(message).toHaveLength(length + 16)
      expect(cipher.decrypt(own, message, nonce)).toEqual(long)
    }
  })

  it.each(examples)('opens nothing else: $bound', ({ key, bound, message }) => {
    const altered = (what: Uint8Array) => what.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
    expect(new Xaes(altered(key)).decrypt(nonce, message, bound)).toBeUndefined()
    expect(new Xaes(key).decrypt(altered(nonce), message, bound)).toBeUndefined()
    expect(new Xaes(key).decrypt(nonce, altered(message), bound)).toBeUndefined()
    expect(new Xaes(key).decrypt(nonce, message, bytes('x'))).toBeUndefined()
    expect(new Xaes(key).decrypt(nonce.subarray(1), message, bound)).toBeUndefined()
    expect(new Xaes(key).decrypt(nonce, message.subarray(0, 15), bound)).toBeUndefined()
    expect(new Xaes(key).decrypt(nonce, bytes(''), bound)).toBeUndefined()
  })
})
