import { expect, it } from 'vitest'
import { firebaseScrypt } from './firebase.ts'

// The example of https://github.com/firebase/scrypt: its parameters, and its user.
const signerKey =
  'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='
const digest =
  'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=='
const good = `$firebase-scrypt$ln=14,r=8$42xEC+ixf3L2lw==$Bw==$${signerKey}$${digest}`

it('firebase_scrypt accepts the password and no other', () => {
  expect(firebaseScrypt.read(good)?.cost).toEqual({ ln: 14, r: 8, p: 1 })
  expect(firebaseScrypt.read(good)?.matches('user1password')).toBe(true)
  expect(firebaseScrypt.read(good)?.matches('user1passwors')).toBe(false)
})

it('firebase_scrypt mixes in the separator and the signer key', () => {
  const other = `k${signerKey.slice(1)}`
  expect(firebaseScrypt.read(good.replace('Bw==', ''))?.matches('user1password')).toBe(false)
  expect(firebaseScrypt.read(good.replace(signerKey, other))?.matches('user1password')).toBe(false)
})

it.each([
  ['32 GiB', good.replace('ln=14', 'ln=25')],
  ['a leading zero', good.replace('r=8', 'r=08')],
  ['parameters in another order', good.replace('ln=14,r=8', 'r=8,ln=14')],
  ['no salt', good.replace('42xEC+ixf3L2lw==', '')],
  ['a salt that is not canonical', good.replace('lw==', 'lx==')],
  ['no signer key', good.replace(signerKey, '')],
  ['a digest of another size', good.replace(/.{8}$/, 'lQ==')],
])('firebase_scrypt refuses a hash with %s', (_, hash) => {
  expect(firebaseScrypt.read(hash)).toBeUndefined()
})
