import { describe, expect, it } from 'vitest'
import { aprMd5Crypt, md5Crypt } from './md5-crypt.ts'
import { sha256Crypt, sha512Crypt } from './sha-crypt.ts'
import { sha1Crypt } from './sha1-crypt.ts'

describe.each([
  [md5Crypt, 'Compl3X AlphaNu3meric', '$1$nX1e7EeI$ljQn72ZUgt6Wxd9hfvHdV0'],
  [aprMd5Crypt, 'táБℓə', '$apr1$bzYrOHUx$a1FcpXuQDJV3vPY20CS6N1'],
  [sha1Crypt, 'password', '$sha1$21773$uV7PTeux$I9oHnvwPZHMO0Nq6/WgyGV/tDJIH'],
  [sha256Crypt, 'Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  [
    sha512Crypt,
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
])('$name', (scheme, password, good) => {
  it('accepts the password and no other', () => {
    expect(scheme.read(good)?.matches(password)).toBe(true)
    expect(scheme.read(good)?.matches(`${password}.`)).toBe(false)
    expect(scheme.read(good)?.matches('')).toBe(false)
  })

  it.each([
    ['a foreign character', good.replace(/.$/, '!')],
    ['a character too few', good.slice(0, -1)],
    ['something behind', `${good}$`],
    ['a line end', `${good}\n`],
    ['a colon in the salt', good.replace(/.\$([^$]+)$/, ':$$$1')],
    ['no digest', good.replace(/[^$]+$/, '')],
  ])('refuses a hash with %s', (_, hash) => {
    expect(scheme.read(hash)).toBeUndefined()
  })
})

it.each([
  ['zero padding', '$5$rounds=05000$'],
  ['fewer rounds than the least', '$5$rounds=999$'],
  ['rounds of minutes', '$5$rounds=999999999$'],
  ['rounds twice', '$5$rounds=5000$rounds=5000$'],
  ['no rounds', '$5$rounds=$'],
  ['a salt too long', '$5$saltsaltsaltsalts'],
])('sha256_crypt refuses %s', (_, start) => {
  const digest = '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'
  expect(sha256Crypt.read(`${start}salt$${digest}`)).toBeUndefined()
})

it.each(['0', '021773', '9999999', ''])('sha1_crypt refuses %o rounds', (rounds) => {
  const hash = `$sha1$${rounds}$uV7PTeux$I9oHnvwPZHMO0Nq6/WgyGV/tDJIH`
  expect(sha1Crypt.read(hash)).toBeUndefined()
})

it('refuses unused bits that are set, in which two spellings would be one digest', () => {
  expect(md5Crypt.read('$1$nX1e7EeI$ljQn72ZUgt6Wxd9hfvHdVz')).toBeUndefined()
})
