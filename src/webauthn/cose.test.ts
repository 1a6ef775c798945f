import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Cbor, cbor } from '../../test/support/cbor.ts'
import { coseKey } from '../../test/support/soft-passkey.ts'
import { algorithmOfKey } from './cose.ts'
import { loadLibrary } from './library.ts'

const library = await loadLibrary()
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

type Members = readonly (readonly [label: number | string, value: Cbor])[]

const bytes = (length: number, filled = 0xff) => Buffer.alloc(length, filled)
const of = (text = '') => Buffer.from(text, 'base64url')

const okp: Members = [
  [1, 1],
  [3, -8],
  [-1, 6],
  [-2, of(ed25519.x)],
]
const ec2: Members = [
  [1, 2],
  [3, -7],
  [-1, 1],
  [-2, of(p256.x)],
  [-3, of(p256.y)],
]
const rsa: Members = [
  [1, 3],
  [3, -257],
  [-1, bytes(256)],
  [-2, Buffer.from([1, 0, 1])],
]

/** The members, with others in place of those of the same label; what is undefined is left out. */
function key(
  members: Members,
  ...others: (readonly [number | string, Cbor | undefined])[]
): Buffer {
  const all = new Map<number | string, Cbor | undefined>([...members, ...others])
  const stated = [...all].filter(([, value]) => value !== undefined)
  return cbor(new Map(stated as [number | string, Cbor][]))
}

function verdictOn(cose: Uint8Array): string {
  try {
    return `${algorithmOfKey(library, Uint8Array.from(cose)) ?? 'refused'}`
  } catch {
    return 'refused'
  }
}

describe('a key is taken', () => {
  it('of EdDSA, ES256 and RS256, as authenticators write them', () => {
    expect(verdictOn(coseKey(ed25519, 'EdDSA'))).toBe('-8')
    expect(verdictOn(coseKey(p256, 'ES256'))).toBe('-7')
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(verdictOn(coseKey(publicKey.export({ format: 'jwk' }), 'RS256'))).toBe('-257')
  })

  it('of RSA from 2048 to 4096 bits, with any exponent of 32 bits that is sane', () => {
    expect(verdictOn(key(rsa))).toBe('-257')
    expect(verdictOn(key(rsa, [-1, bytes(512)]))).toBe('-257')
    expect(verdictOn(key(rsa, [-2, bytes(4)]))).toBe('-257')
  })
})

const half = Buffer.concat([bytes(1, 0x7f), bytes(255)])
const zeroInFront = (length: number) => Buffer.concat([bytes(1, 0), bytes(length)])

describe('a key is refused', () => {
  it.each<[string, Uint8Array]>([
    ['of EdDSA that says ES256', key(okp, [3, -7])],
    ['of EdDSA that says RS256', key(okp, [3, -257])],
    ['of EdDSA of another type', key(okp, [1, 2])],
    ['of EdDSA that says nothing', key(okp, [3, undefined])],
    ['of EdDSA that says Ed25519, as it is called since RFC 9864', key(okp, [3, -19])],
    ['of EdDSA on X25519', key(okp, [-1, 4])],
    ['of EdDSA on Ed448', key(okp, [-1, 7], [-2, bytes(57)])],
    ['of EdDSA without a curve', key(okp, [-1, undefined])],
    ['of EdDSA that is short', key(okp, [-2, bytes(31)])],
    ['of EdDSA that is long', key(okp, [-2, bytes(33)])],
    ['of EdDSA that is a text', key(okp, [-2, 'x'.repeat(32)])],
    ['of EdDSA with its private part', key(okp, [-4, bytes(32)])],
    ['of EdDSA in names, as Firefox 117 wrote it', key(okp, [1, 'OKP'], [-1, 'Ed25519'])],
    ['of ES256 that says EdDSA', key(ec2, [3, -8])],
    ['of ES256 that says ES384', key(ec2, [3, -35])],
    ['of ES256 that says ES512', key(ec2, [3, -36])],
    ['of ES256 that says nothing', key(ec2, [3, undefined])],
    ['of ES256 of another type', key(ec2, [1, 1])],
    ['of ES256 on P-384', key(ec2, [-1, 2])],
    ['of ES256 on secp256k1', key(ec2, [-1, 8])],
    ['of ES256 that is no point of the curve', key(ec2, [-3, bytes(32, 1)])],
    ['of ES256 that is at zero', key(ec2, [-2, bytes(32, 0)], [-3, bytes(32, 0)])],
    ['of ES256 that is compressed', key(ec2, [-3, true])],
    ['of ES256 without y', key(ec2, [-3, undefined])],
    [
      'of ES256 with a zero in front of x',
      key(ec2, [-2, Buffer.concat([bytes(1, 0), of(p256.x)])]),
    ],
    [
      'of ES256 with a zero in front of y',
      key(ec2, [-3, Buffer.concat([bytes(1, 0), of(p256.y)])]),
    ],
    ['of ES256 with its private part', key(ec2, [-4, bytes(32)])],
    ['of ES256 with a name', key(ec2, [2, bytes(4)])],
    ['of ES256 with what it may be used for', key(ec2, [4, [1]])],
    ['of ES256 with a label that is a text', key(ec2, ['a', 1])],
    ['of RS256 that says RS1, with SHA-1', key(rsa, [3, -65_535])],
    ['of RS256 that says PS256', key(rsa, [3, -37])],
    ['of RS256 that says nothing', key(rsa, [3, undefined])],
    ['of RS256 of another type', key(rsa, [1, 2])],
    ['of RS256 with 2047 bits', key(rsa, [-1, half])],
    ['of RS256 with 1024 bits', key(rsa, [-1, bytes(128)])],
    ['of RS256 with no bits', key(rsa, [-1, bytes(0)])],
    ['of RS256 with 4104 bits', key(rsa, [-1, bytes(513)])],
    ['of RS256 with a zero in front', key(rsa, [-1, zeroInFront(256)])],
    ['of RS256 with an exponent of 1', key(rsa, [-2, bytes(1, 1)])],
    ['of RS256 with an exponent of 3', key(rsa, [-2, bytes(1, 3)])],
    ['of RS256 with an exponent of 65535', key(rsa, [-2, bytes(2)])],
    ['of RS256 with an even exponent', key(rsa, [-2, bytes(4, 2)])],
    ['of RS256 with an exponent of 33 bits', key(rsa, [-2, bytes(5, 1)])],
    ['of RS256 with an exponent behind a zero', key(rsa, [-2, zeroInFront(3)])],
    ['of RS256 with no exponent', key(rsa, [-2, undefined])],
    ['of RS256 with its private part', key(rsa, [-3, bytes(256)])],
    ['of RS256 with numbers in texts', key(rsa, [-1, 'x'.repeat(256)])],
    [
      'of ML-DSA',
      cbor(
        new Map<number, Cbor>([
          [1, 7],
          [3, -48],
          [-1, bytes(1312)],
        ]),
      ),
    ],
    [
      'that is symmetric',
      cbor(
        new Map<number, Cbor>([
          [1, 4],
          [3, 5],
          [-1, bytes(32)],
        ]),
      ),
    ],
    ['with something behind', Buffer.concat([key(okp), bytes(1, 0)])],
    ['that is cut off', key(okp).subarray(0, -1)],
    ['in a list', cbor([...key(okp)])],
    ['that is empty', cbor(new Map())],
    ['of no bytes', bytes(0)],
  ])('%s', (_, cose) => {
    expect(verdictOn(cose)).toBe('refused')
  })

  it('with a number in more bytes than it needs', () => {
    const written = key(okp)
    expect(written.subarray(3, 5).toString('hex')).toBe('0327')
    // A map of four, its first member, and -8 in two bytes.
    const longer = Buffer.concat([
      written.subarray(0, 4),
      Buffer.from([0x38, 7]),
      written.subarray(5),
    ])
    expect(verdictOn(longer)).toBe('refused')
    const rs256 = key(rsa)
    const at = rs256.indexOf(Buffer.from([0x39, 1, 0]))
    const head = Buffer.from([0x3a, 0, 0, 1, 0])
    expect(verdictOn(Buffer.concat([rs256.subarray(0, at), head, rs256.subarray(at + 3)]))).toBe(
      'refused',
    )
  })
})
