import { describe, expect, it } from 'vitest'
import { generateKey } from './generate.ts'
import { signToken } from './sign.ts'
import { verifyToken } from './verify.ts'

const key = await generateKey('HS256')

describe('an access token of RFC 9068', () => {
  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])(
    'has its claims, also where it is expected as %s',
    (type) => {
      const token = signToken({ sub: 'ann' }, { key, lifetimeSeconds: 900, type: 'at+jwt' })
      const outcome = verifyToken(token, { keys: key, algorithms: ['HS256'], type })
      expect(outcome).toEqual({ kind: 'refused', reason: 'invalid_claim' })
    },
  )
})
