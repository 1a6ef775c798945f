import { expect, it } from 'vitest'
import { creationOptions, requestOptions } from './options.ts'

const known = [
  { credentialId: 'AQ', transports: ['internal', 'hybrid'] },
  { credentialId: 'Ag', transports: [] },
  { credentialId: 'Aw', transports: ['telepathy'] },
]
const described = [
  { id: 'AQ', type: 'public-key', transports: ['hybrid', 'internal'] },
  { id: 'Ag', type: 'public-key' },
  { id: 'Aw', type: 'public-key' },
]

it('asks for a passkey that the authenticator remembers, and for nothing about its maker', () => {
  const options = creationOptions({
    rpId: 'example.com',
    rpName: 'Example',
    accountId: 'acc_ü',
    email: 'ada@example.com',
    displayName: 'Ada',
    challenge: 'AAAA',
    known,
  })
  expect(options).toEqual({
    rp: { id: 'example.com', name: 'Example' },
    user: { id: 'YWNjX8O8', name: 'ada@example.com', displayName: 'Ada' },
    challenge: 'AAAA',
    pubKeyCredParams: [
      { type: 'public-key', alg: -8 },
      { type: 'public-key', alg: -7 },
      { type: 'public-key', alg: -257 },
    ],
    timeout: 300_000,
    excludeCredentials: described,
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'preferred',
    },
    attestation: 'none',
  })
})

it('asks for one of some passkeys, or for any of the site', () => {
  const options = { challenge: 'AAAA', rpId: 'example.com' }
  const common = { ...options, timeout: 300_000, userVerification: 'preferred' }
  expect(requestOptions({ ...options, known })).toEqual({ ...common, allowCredentials: described })
  expect(requestOptions({ ...options, known: [] })).toEqual({ ...common, allowCredentials: [] })
})
