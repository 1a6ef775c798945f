import { describe, expect, it } from 'vitest'
import * as bare from './bare-digests.ts'

describe.each([
  [bare.hexMd5, 'password', '5f4dcc3b5aa765d61d8327deb882cf99'],
  [bare.hexSha1, 'táБℓə', 'e059b2628e3a3e2de095679de9822c1d1466e0f0'],
  [bare.hexSha256, 'password', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8'],
  [
    bare.hexSha512,
    'táБℓə',
    'd91bb0a23d66dca07a1781fd63ae6a05f6919ee5fc368049f350c9f293b078a18165d66097cf0d89fdfbeed1ad6e7dba2344e57348cd6d51308c843a06f29caf',
  ],
  [bare.mysql41, 'password', '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'],
  [bare.nthash, 'password', '8846f7eaee8fb117ad06bdd830b7586c'],
  [bare.nthash, 'ü', '8bd6e4fb88e01009818749c5443ea712'],
])('$name', (scheme, password, good) => {
  it('accepts the password and no other, in digits of either case', () => {
    for (const hash of [good, good.toLowerCase(), good.toUpperCase()]) {
      expect(scheme.read(hash)?.matches(password)).toBe(true)
      expect(scheme.read(hash)?.matches(`${password}.`)).toBe(false)
    }
  })

  it('refuses what is not exactly its form', () => {
    const broken = [good.slice(1), `${good}0`, `${good}\n`, ` ${good}`, good.replace(/.$/, 'g'), '']
    expect(broken.map((text) => scheme.read(text)).filter(Boolean)).toEqual([])
  })
})

describe('postgres_md5', () => {
  const good = 'md55fba2ea04fd36069d2574ea71c8efe9d'

  it('accepts the password of that user and no other', () => {
    expect(bare.postgresMd5.read(good, { user: 'postgres' })?.matches('mypass')).toBe(true)
    expect(bare.postgresMd5.read(good, { user: 'postgres' })?.matches('mypasss')).toBe(false)
    expect(bare.postgresMd5.read(good, { user: 'postgre' })?.matches('mypass')).toBe(false)
  })

  it('cannot be read without the user', () => {
    expect(bare.postgresMd5.read(good)).toBeUndefined()
    expect(bare.postgresMd5.read(good.slice(3), { user: 'postgres' })).toBeUndefined()
  })
})

it('nthash has no answer to bytes that are no text', () => {
  expect(
    bare.nthash.read('8846f7eaee8fb117ad06bdd830b7586c')?.matches(Buffer.from('ff', 'hex')),
  ).toBe(false)
})
