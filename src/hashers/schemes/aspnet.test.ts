import { expect, it } from 'vitest'
import { aspnetIdentityV3 } from './aspnet.ts'

// Of dotnet/aspnetcore, PasswordHasherTest.cs: SHA-1, SHA-256 and SHA-512, salts of 16 and 32 bytes.
it.each([
  'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
  'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
  'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
])('aspnet_identity_v3 accepts the password of %s and no other', (hash) => {
  expect(aspnetIdentityV3.read(hash)?.matches('my password')).toBe(true)
  expect(aspnetIdentityV3.read(hash)?.matches('my password.')).toBe(false)
})

/** Format, PRF, rounds, salt size and the rest. */
function hashOf(format: number, prf: number, rounds: number, saltBytes: number, rest = 48): string {
  const bytes = Buffer.alloc(13 + rest, 7)
  bytes[0] = format
  bytes.writeUInt32BE(prf, 1)
  bytes.writeUInt32BE(rounds, 5)
  bytes.writeUInt32BE(saltBytes, 9)
  return bytes.toString('base64')
}

it.each([
  ['version 2', hashOf(0, 1, 100, 16)],
  ['an unknown PRF', hashOf(1, 3, 100, 16)],
  ['no rounds', hashOf(1, 1, 0, 16)],
  ['rounds of minutes', hashOf(1, 1, 0xffff_ffff, 16)],
  ['a salt that is too short', hashOf(1, 1, 100, 8)],
  ['a salt beyond the end', hashOf(1, 1, 100, 0xffff_ffff)],
  ['a digest that is too short', hashOf(1, 1, 100, 40)],
  ['nothing behind the header', hashOf(1, 1, 100, 16, 0)],
  ['no padding', hashOf(1, 1, 100, 16).replace('=', '')],
])('aspnet_identity_v3 refuses a hash with %s', (_, hash) => {
  expect(aspnetIdentityV3.read(hash)).toBeUndefined()
})
