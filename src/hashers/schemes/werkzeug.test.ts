import { describe, expect, it } from 'vitest'
import { werkzeugPbkdf2, werkzeugScrypt } from './werkzeug.ts'

describe('werkzeug_scrypt', () => {
  const good =
    'scrypt:16:8:1$9sQmA14vR7Oewnft$b72cfbfecd431ceca3693c23abedb414621cea11673f40e2982ec770d0642b6f6cf9fd012eb1f954cd6658af92246c9b750dce42c48a1d8c4488095e75917fb1'

  it('accepts the password and no other', () => {
    expect(werkzeugScrypt.read(good)?.matches('')).toBe(true)
    expect(werkzeugScrypt.read(good)?.matches('.')).toBe(false)
  })

  it.each([
    ['rounds that are no power of two', good.replace(':16:', ':17:')],
    ['no rounds', good.replace(':16:', ':0:')],
    ['32 GiB', good.replace(':16:', ':33554432:')],
    ['a missing parameter', good.replace(':1$', '$')],
    ['a shorter digest', good.slice(0, -2)],
    ['a salt that is missing', good.replace(/\$[^$]+\$/, '$$$$')],
    ["Django's form", good.replace(/:/g, '$')],
  ])('refuses a stored hash with %s', (_, hash) => {
    expect(werkzeugScrypt.read(hash)).toBeUndefined()
  })
})

describe('werkzeug_pbkdf2', () => {
  const good =
    'pbkdf2:sha256:50$QmcTOwwifn36j05R$572f7997d08845d617c5aa97b78d587323e9552dfe740fe8467bf714fb59505d'

  it.each([
    ['password', good],
    ['Password', 'pbkdf2:sha1:50$dHfqp5x1$187a0a45752ad8bb20d42e8ebaa3adaa6048aa90'],
  ])('accepts %s and no other', (password, hash) => {
    expect(werkzeugPbkdf2.read(hash)?.matches(password)).toBe(true)
    expect(werkzeugPbkdf2.read(hash)?.matches(`${password}.`)).toBe(false)
  })

  it.each([
    ['an unknown hash', good.replace('sha256', 'md5')],
    ['rounds that are left to a default', good.replace(':50', '')],
    ['a digest of another hash', good.replace('sha256', 'sha512')],
    ['rounds of minutes', good.replace(':50', ':99999999')],
    ['capitals', good.toUpperCase()],
  ])('refuses a stored hash with %s', (_, hash) => {
    expect(werkzeugPbkdf2.read(hash)).toBeUndefined()
  })
})
