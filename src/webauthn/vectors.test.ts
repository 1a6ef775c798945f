import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
} from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Cbor, cbor } from '../../test/support/cbor.ts'
import { coseKey, flag } from '../../test/support/soft-passkey.ts'
import { WebAuthn } from './verifier.ts'

// The test vectors of WebAuthn Level 3, section 16. All in them that is random follows from a seed, an example's
// name and a number that counts up; so only the signatures are written here, and prove that the rest is the same.

const webAuthn = new WebAuthn({ rpId: 'example.org', origins: ['https://example.org'] })
const signatures = {
  /** 16.2, the assertion. */
  none: '3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87',
  /** 16.3, the attestation. */
  packedSelf:
    '30440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d',
  /** 16.11, the assertion. */
  eddsa:
    'f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097d6607525713223a0dc0d453993dae00b',
}

const spelt = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest()

/** One example: what it draws, in the order in which it is drawn. */
class Example {
  #drawn = 0
  readonly #name: string
  readonly #frame: object

  constructor(name: string, frame: object = { crossOrigin: false }) {
    this.#name = name
    this.#frame = frame
  }

  draw(bytes: number): Buffer {
    const salt = Buffer.from([this.#drawn++])
    return Buffer.from(hkdfSync('sha256', 'WebAuthn test vectors', salt, this.#name, bytes))
  }

  bits(mask: number): number {
    return this.draw(1).readUInt8() & mask
  }

  clientData(type: string, challenge: Buffer): Buffer {
    const frame = this.#frame
    const told = { type, challenge: spelt(challenge), origin: 'https://example.org', ...frame }
    if (this.bits(1) === 0) return Buffer.from(JSON.stringify(told))
    const text =
      'clientDataJSON may be extended with additional fields in the future, such as this: '
    return Buffer.from(JSON.stringify({ ...told, extraData: text + spelt(this.draw(16)) }))
  }

  /** A registration by this key; `statement` is made once all else is known. */
  registration(challenge: Buffer, key: Buffer, format: string, statement: Map<string, Cbor>) {
    const clientData = this.clientData('webauthn.create', challenge)
    const maker = this.draw(16)
    const id = this.draw(this.#name.endsWith('long-credential-id') ? 1023 : 32)
    const drawn = this.bits(0x1c)
    const eligible = drawn & flag.backupEligible
    const flags = flag.userPresent | flag.attested | (eligible ? drawn : drawn & flag.userVerified)
    const length = Buffer.from([id.byteLength >> 8, id.byteLength & 0xff])
    const data = Buffer.concat([authenticatorData(flags), maker, length, id, key])
    const object = new Map<string, Cbor>([
      ['fmt', format],
      ['attStmt', statement],
      ['authData', data],
    ])
    const inner = { clientDataJSON: spelt(clientData), attestationObject: spelt(cbor(object)) }
    return { eligible, response: credential(id, inner) }
  }

  assertion(id: string, eligible: number, signature: string) {
    const challenge = this.draw(32)
    const clientData = this.clientData('webauthn.get', challenge)
    const drawn = this.bits(flag.userVerified | flag.backedUp)
    const own = eligible ? drawn : drawn & flag.userVerified
    const data = authenticatorData(flag.userPresent | eligible | own)
    const inner = {
      clientDataJSON: spelt(clientData),
      authenticatorData: spelt(data),
      signature: spelt(Buffer.from(signature, 'hex')),
    }
    const signed = Buffer.concat([data, sha256(clientData)])
    return { challenge, signed, response: credential(Buffer.from(id, 'base64url'), inner) }
  }
}

function authenticatorData(flags: number): Buffer {
  return Buffer.concat([sha256('example.org'), Buffer.from([flags, 0, 0, 0, 0])])
}

function credential(id: Buffer, response: object) {
  return { id: spelt(id), rawId: spelt(id), type: 'public-key', response }
}

/** The COSE key of a private number on P-256. */
function es256(number: Buffer): Buffer {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(number)
  const point = pair.getPublicKey()
  const [x, y] = [spelt(point.subarray(1, 33)), spelt(point.subarray(33))]
  return coseKey({ x, y }, 'ES256')
}

async function registered(name: string, frame?: object, format = 'none', statement = new Map()) {
  const example = new Example(name, frame)
  const challenge = example.draw(32)
  const key = es256(example.draw(32))
  const { response, eligible } = example.registration(challenge, key, format, statement)
  const taken = await webAuthn.verifyRegistration(response, spelt(challenge))
  return { example, response, eligible, taken }
}

describe('the examples of the specification', () => {
  it('without attestation are taken (16.2)', async () => {
    const { example, eligible, taken } = await registered('none.ES256')
    expect(taken).toMatchObject({ backupEligible: true, backedUp: true, userVerified: false })
    if (!taken) return
    const { challenge, response } = example.assertion(taken.credentialId, eligible, signatures.none)
    expect(await webAuthn.verifyAssertion(response, spelt(challenge), taken)).toEqual({
      counter: 0,
      backedUp: true,
      userVerified: false,
    })
  })

  it('with self-attestation are taken (16.3)', async () => {
    const sig = Buffer.from(signatures.packedSelf, 'hex')
    const statement = new Map<string, Cbor>([
      ['alg', -7],
      ['sig', sig],
    ])
    const { taken } = await registered('packed-self.ES256', undefined, 'packed', statement)
    expect(taken).toMatchObject({ backupEligible: true, backedUp: true, userVerified: true })
  })

  it('from frames of other sites are refused (16.4 and 16.5)', async () => {
    const crossOrigin = true
    const topOrigin = 'https://example.com'
    const framed = await registered('none.ES256.crossOrigin', { crossOrigin })
    expect(framed.taken).toBeUndefined()
    const named = await registered('none.ES256.topOrigin', { crossOrigin, topOrigin })
    expect(named.taken).toBeUndefined()
  })

  it('with a very long id are taken (16.6)', async () => {
    const { taken } = await registered('none.ES256.long-credential-id')
    expect(Buffer.from(taken?.credentialId ?? '', 'base64url')).toHaveLength(1023)
  })

  it('by a key of Ed25519 are taken (16.11)', async () => {
    const example = new Example('packed.EdDSA')
    const registration = example.draw(32)
    const head = Buffer.from('302e020100300506032b657004220420', 'hex')
    const der = Buffer.concat([head, example.draw(32)])
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const key = coseKey(createPublicKey(privateKey).export({ format: 'jwk' }), 'EdDSA')
    const { eligible, response } = example.registration(registration, key, 'none', new Map())
    const taken = await webAuthn.verifyRegistration(response, spelt(registration))
    expect(taken?.backupEligible).toBe(eligible !== 0)
    if (!taken) return
    // The certificate that its attestation would bring, which we do not take: a key and a serial number.
    example.draw(32)
    example.draw(16)
    const assertion = example.assertion(taken.credentialId, eligible, signatures.eddsa)
    expect(sign(null, assertion.signed, privateKey).toString('hex')).toBe(signatures.eddsa)
    const challenge = spelt(assertion.challenge)
    const proved = await webAuthn.verifyAssertion(assertion.response, challenge, taken)
    expect(proved).toEqual({ counter: 0, backedUp: false, userVerified: false })
  })
})
