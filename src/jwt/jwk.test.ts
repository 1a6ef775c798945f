import { expect, it } from 'vitest'
import { TokenKeyError } from './errors.ts'
import { generateKey } from './generate.ts'
import { exportJwk, importJwk, type JsonWebKey } from './jwk.ts'

const [ec, rsa] = await Promise.all([generateKey('ES256'), generateKey('RS256')])

it.each([
  ['x', ec],
  ['y', ec],
  ['n', rsa],
  ['e', rsa],
] as const)('refuses a number with zeros in front: %s', (name, key) => {
  const jwk = exportJwk(key)
  const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(jwk[name] as string, 'base64url')])
  const respelt = { ...jwk, [name]: padded.toString('base64url') }
  expect(() => importJwk(respelt)).toThrow(new TokenKeyError('malformed'))
})

it.each([null, undefined, 'text', 5])('refuses %j in place of a key', (value) => {
  const jwk = value as unknown as JsonWebKey
  expect(() => importJwk(jwk)).toThrow(new TokenKeyError('malformed'))
})
