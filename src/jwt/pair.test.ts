import { describe, expect, it } from 'vitest'
import { TokenMisuseError } from './errors.ts'
import { generateKey } from './generate.ts'
import { createJwks } from './jwks.ts'
import { createTokens } from './pair.ts'

const [key, old] = await Promise.all([generateKey('EdDSA'), generateKey('EdDSA')])

describe('a set of keys', () => {
  it('has the key that signs in it', () => {
    expect(() => createTokens({ key, keys: createJwks([old]) })).toThrow(TokenMisuseError)
  })

  it('finds that key by the id that tokens name', () => {
    const unnamed = { ...key, id: undefined }
    const keys = createJwks([unnamed, old])
    expect(() => createTokens({ key: unnamed, keys })).toThrow(TokenMisuseError)
  })
})
