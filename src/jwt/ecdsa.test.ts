import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { derOf, halvesOf } from './ecdsa.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const text = Buffer.from('any text')

it('writes a signature as Node does, and reads it again, also with zeros in front', () => {
  const lengths = new Set<number>()
  for (let count = 0; count < 3000; count += 1) {
    const der = sign('sha256', text, privateKey)
    const halves = halvesOf(der)
    lengths.add(der.length)
    expect(derOf(halves)).toEqual(der)
  }
  // 72 and 71 bytes are usual; fewer come of zeros in front.
  expect(lengths.size).toBeGreaterThan(2)
  const theirs = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  expect(verify('sha256', text, theirs, halvesOf(sign('sha256', text, privateKey)))).toBe(true)
})

it.each([
  ['small numbers', '01', '7f', '3006020101' + '02017f'],
  ['first bits that are set', '80', 'ff', '30080202008002' + '0200ff'],
  ['zero', '00', '00', '3006020100' + '020100'],
])('knows %s', (_, r, s, der) => {
  const halves = Buffer.from(r.padStart(64, '0') + s.padStart(64, '0'), 'hex')
  expect(derOf(halves)?.toString('hex')).toBe(der)
  expect(halvesOf(Buffer.from(der, 'hex'))).toEqual(halves)
})

it.each([0, 1, 63, 65, 128])('does not read %i bytes', (length) => {
  expect(derOf(Buffer.alloc(length, 1))).toBeUndefined()
})
