import { describe, expect, it } from 'vitest'
import { TokenMisuseError } from './errors.ts'
import { generateKey } from './generate.ts'
import { signToken } from './sign.ts'
import { verifyToken } from './verify.ts'

const key = await generateKey('HS256')
const start = 1_800_000_000
const at = (seconds: number) => ({ now: () => seconds * 1000 })
const token = signToken({}, { key, lifetimeSeconds: 900, clock: at(start) })

describe('the leeway', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 86_401, '60', null])(
    'is never %s',
    (leewaySeconds) => {
      const expectations = { keys: key, algorithms: ['HS256'] as const, clock: at(start) }
      const check = () =>
        verifyToken(token, { ...expectations, leewaySeconds: leewaySeconds as number })
      expect(check).toThrow(TokenMisuseError)
    },
  )
})

it('a clock that tells no number lets nothing pass', () => {
  const outcome = verifyToken(token, { keys: key, algorithms: ['HS256'], clock: at(Number.NaN) })
  expect(outcome).toEqual({ kind: 'refused', reason: 'expired' })
})
