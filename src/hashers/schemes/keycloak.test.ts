import { describe, expect, it } from 'vitest'
import { keycloakArgon2, keycloakPbkdf2 } from './keycloak.ts'

function credential(secret: object, data: object, more: object = {}): string {
  const secretData = JSON.stringify(secret)
  return JSON.stringify({
    type: 'password',
    secretData,
    credentialData: JSON.stringify(data),
    ...more,
  })
}

describe('keycloak_pbkdf2', () => {
  const secret = {
    value:
      'G8AmgCFFThsCGW4Ci6QFjq2RnqvKlxgFQnBlgnQejKOQbTD8bDI/SnA5of19QeTkVD6ncm9zB81RrUoY0dIC6Q==',
    salt: 'ni9mh33fQgJ/eEJZwj20dQ==',
    additionalParameters: {},
  }
  const data = { hashIterations: 1000, algorithm: 'pbkdf2-sha512', additionalParameters: {} }
  const good = credential(secret, data)

  it('accepts the password and no other', () => {
    expect(keycloakPbkdf2.read(good)?.cost).toEqual({ rounds: 1000 })
    expect(keycloakPbkdf2.read(good)?.matches('password')).toBe(true)
    expect(keycloakPbkdf2.read(good)?.matches('password.')).toBe(false)
  })

  it('lets remarks of the export stand beside', () => {
    const exported = credential(secret, data, { id: '1', createdDate: 1, userLabel: 'My password' })
    expect(keycloakPbkdf2.read(exported)?.matches('password')).toBe(true)
  })

  it.each([
    ['no JSON', 'password'],
    ['a list', '[]'],
    ['another type', credential(secret, data, { type: 'otp' })],
    ['an unknown field', credential(secret, data, { pepper: 'x' })],
    ['a name twice', good.replace('{"type"', '{"type":"password","type"')],
    ['a name twice inside', good.replace('{\\"value', '{\\"salt\\":\\"AAAA\\",\\"value')],
    ['an unknown algorithm', credential(secret, { ...data, algorithm: 'md5' })],
    ['an unknown parameter', credential(secret, { ...data, additionalParameters: { x: ['1'] } })],
    ['no rounds', credential(secret, { ...data, hashIterations: 0 })],
    ['broken rounds', credential(secret, { ...data, hashIterations: 1.5 })],
    ['rounds as text', credential(secret, { ...data, hashIterations: '1000' })],
    ['rounds of minutes', credential(secret, { ...data, hashIterations: 10_000_001 })],
    ['no digest', credential({ ...secret, value: '' }, data)],
    ['a digest that is not base64', credential({ ...secret, value: 'G8Am!' }, data)],
    ['no salt', credential({ value: secret.value }, data)],
  ])('refuses a credential with %s', (_, text) => {
    expect(keycloakPbkdf2.read(text)).toBeUndefined()
  })
})

describe('keycloak_argon2', () => {
  const secret = {
    value: 'MX271VJKMKSNg/bBZ6/6n2pwHavojmBinwOaEhXGg/8=',
    salt: 'ltTbbjkDv+MLkXrtpaQJJw==',
    additionalParameters: {},
  }
  const parameters = {
    hashLength: ['32'],
    memory: ['256'],
    type: ['id'],
    version: ['1.3'],
    parallelism: ['1'],
  }
  const withParameters = (changes: object) =>
    credential(secret, {
      hashIterations: 1,
      algorithm: 'argon2',
      additionalParameters: { ...parameters, ...changes },
    })

  it('accepts the password and no other', () => {
    const stored = keycloakArgon2.read(withParameters({}))
    expect(stored?.cost).toEqual({ memory: 256, passes: 1, lanes: 1 })
    expect(stored?.matches('password')).toBe(true)
    expect(stored?.matches('password.')).toBe(false)
  })

  it.each([
    ['memory of terabytes', { memory: ['4294967295'] }],
    ['a leading zero', { memory: ['0256'] }],
    ['two values', { memory: ['256', '256'] }],
    ['a bare value', { memory: '256' }],
    ['an unknown type', { type: ['x'] }],
    ['an unknown version', { version: ['1.2'] }],
    ['a length that its digest has not', { hashLength: ['64'] }],
    ['an unknown parameter', { secret: ['x'] }],
    ['a missing parameter', { memory: undefined }],
  ])('refuses a credential with %s', (_, changes) => {
    expect(keycloakArgon2.read(withParameters(changes))).toBeUndefined()
  })
})
