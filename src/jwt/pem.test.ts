import { expect, it } from 'vitest'
import { TokenKeyError } from './errors.ts'
import { generateKey } from './generate.ts'
import { exportJwk } from './jwk.ts'
import { exportPem, importSecret } from './pem.ts'

const rsa = await generateKey('RS256')

it.each([
  ['PEM', exportPem(rsa)],
  ['JSON', JSON.stringify(exportJwk(rsa))],
])('takes no public key as %s for a secret', (_, text) => {
  expect(() => importSecret(Buffer.from(text))).toThrow(new TokenKeyError('sample_key'))
})
