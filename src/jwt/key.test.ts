import { expect, it } from 'vitest'
import { algorithms } from './algorithm.ts'
import { TokenKeyError } from './errors.ts'
import { generateKey } from './generate.ts'
import { exportJwk, exportPrivateJwk, importJwk } from './jwk.ts'

const asymmetric = algorithms.filter((algorithm) => algorithm !== 'HS256')

it.each(asymmetric)('refuses an %s key with the private part of another one', async (algorithm) => {
  const [key, other] = await Promise.all([generateKey(algorithm), generateKey(algorithm)])
  const mixed = { ...exportPrivateJwk(other), ...exportJwk(key) }
  expect(() => importJwk(mixed)).toThrow(new TokenKeyError('inconsistent'))
})
