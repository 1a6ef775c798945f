import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SoftAuthenticator } from '../../test/support/soft-passkey.ts'
import type { NewCredential } from '../core/passkeys/index.ts'
import { creationOptions, requestOptions } from './options.ts'
import { WebAuthn } from './verifier.ts'

const origin = 'https://example.com'
const challenge = Buffer.alloc(32, 7).toString('base64url')
const webAuthn = new WebAuthn({ rpId: 'example.com', origins: [origin] })
const site = { rpId: 'example.com', rpName: 'Example', challenge, known: [] }
const person = { accountId: 'acc_1', email: 'ada@example.com', displayName: 'Ada' }

/** Of authenticators that sign what they attest, so that nothing of it can be altered without a trace. */
const samples = await Promise.all(
  (['EdDSA', 'ES256', 'RS256'] as const).map(async (algorithm) => {
    const authenticator = new SoftAuthenticator({ algorithm, counts: true, backupEligible: true })
    const asked = creationOptions({ ...site, ...person })
    const created = authenticator.create(asked, { origin, attestation: 'packed' })
    const signed = authenticator.get(requestOptions(site), { origin })
    const credential = (await webAuthn.verifyRegistration(created, challenge)) as NewCredential
    const proved = await webAuthn.verifyAssertion(signed, challenge, credential)
    expect(proved).toBeDefined()
    return { created, signed, credential, proved }
  }),
)

const sample = fc.constantFrom(...samples)
const names = [
  'clientDataJSON',
  'attestationObject',
  'authenticatorData',
  'signature',
  'userHandle',
]

/** A response as JSON, altered in one place of many. */
type Alteration = (response: object) => unknown

/** One byte of one of its parts is another one. */
const otherByte = fc
  .record({ name: fc.constantFrom(...names), at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }) })
  .map(
    ({ name, at, xor }): Alteration =>
      (response) => {
        const inner = { ...(response as { response: Record<string, string> }).response }
        const bytes = Buffer.from(inner[name] ?? '', 'base64url')
        const place = at % Math.max(bytes.byteLength, 1)
        bytes[place] = (bytes[place] ?? 0) ^ xor
        inner[name] = bytes.toString('base64url')
        return { ...response, response: inner }
      },
  )

/** Cut off, or with something behind. */
const otherLength = fc
  .record({ name: fc.constantFrom(...names), kept: fc.nat(600), more: fc.uint8Array() })
  .map(
    ({ name, kept, more }): Alteration =>
      (response) => {
        const inner = { ...(response as { response: Record<string, string> }).response }
        const bytes = Buffer.from(inner[name] ?? '', 'base64url').subarray(0, kept)
        inner[name] = Buffer.concat([bytes, more]).toString('base64url')
        return { ...response, response: inner }
      },
  )

const odd = fc.oneof(fc.anything({ withBigInt: true, withNullPrototype: true }), fc.jsonValue())

/** A member is missing, or something else. */
const otherMember = fc
  .record({ name: fc.constantFrom('id', 'rawId', 'type', 'response', 'extra', ...names), odd })
  .map(
    ({ name, odd: value }): Alteration =>
      (response) => {
        if (!names.includes(name)) return { ...response, [name]: value }
        const { response: inner } = response as { response: object }
        return { ...response, response: { ...inner, [name]: value } }
      },
  )

const alteration = fc.oneof(otherByte, otherLength, otherMember)
const runs = { numRuns: 1500 }

describe('whatever is altered', () => {
  it('a registration means what it meant, or nothing', async () => {
    const check = async ({ created, credential }: (typeof samples)[number], alter: Alteration) => {
      const altered = alter(created)
      const claimed = webAuthn.claimedRegistration(altered)
      if (claimed) expect(claimed.challenge).toMatch(/^[\w-]+$/)
      const taken = await webAuthn.verifyRegistration(altered, challenge)
      if (taken) expect(taken).toEqual(credential)
    }
    await fc.assert(fc.asyncProperty(sample, alteration, check), runs)
  })

  it('an assertion means what it meant, or nothing', async () => {
    const check = async (
      { signed, credential, proved }: (typeof samples)[number],
      alter: Alteration,
    ) => {
      const altered = alter(signed)
      webAuthn.claimedAssertion(altered)
      const taken = await webAuthn.verifyAssertion(altered, challenge, credential)
      if (taken) expect(taken).toEqual(proved)
    }
    await fc.assert(fc.asyncProperty(sample, alteration, check), runs)
  })

  it('nothing is thrown for anything that is no response at all', async () => {
    const check = async (anything: unknown) => {
      expect(webAuthn.claimedRegistration(anything)).toBeUndefined()
      expect(webAuthn.claimedAssertion(anything)).toBeUndefined()
      expect(await webAuthn.verifyRegistration(anything, challenge)).toBeUndefined()
      for (const { credential } of samples) {
        expect(await webAuthn.verifyAssertion(anything, challenge, credential)).toBeUndefined()
      }
    }
    await fc.assert(fc.asyncProperty(odd, check), runs)
  })

  it('objects that are no data, such as proxies and getters, throw nothing', async () => {
    const thrower = () => {
      throw new Error('a trap')
    }
    const cyclic: Record<string, unknown> = {}
    cyclic['response'] = cyclic
    for (const hostile of [
      new Proxy({}, { get: thrower, ownKeys: thrower, has: thrower }),
      Object.defineProperty({}, 'id', { get: thrower, enumerable: true }),
      { toJSON: thrower },
      { toJSON: () => 5 },
      { id: 1n },
      cyclic,
      thrower,
      Symbol('a'),
    ]) {
      expect(webAuthn.claimedRegistration(hostile)).toBeUndefined()
      expect(await webAuthn.verifyRegistration(hostile, challenge)).toBeUndefined()
    }
  })
})
