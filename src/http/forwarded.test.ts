import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOfHop, hopsOfForwarded, hopsOfForwardedFor } from './forwarded.ts'

describe('the hops of X-Forwarded-For', () => {
  it('are told from the nearest one on, twenty at most', () => {
    expect(hopsOfForwardedFor('a,b , \tc')).toEqual(['c', 'b', 'a'])
    expect(hopsOfForwardedFor('')).toEqual([''])
    expect(hopsOfForwardedFor(Array(20).fill('a').join())).toHaveLength(20)
    expect(hopsOfForwardedFor(Array(21).fill('a').join())).toBeUndefined()
  })
})

describe('the hops of Forwarded', () => {
  it.each([
    ['for=192.0.2.43', ['192.0.2.43']],
    ['for="_gazonk"', ['_gazonk']],
    ['For="[2001:db8:cafe::17]:4711"', ['[2001:db8:cafe::17]:4711']],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', ['192.0.2.60']],
    ['proto=http;host="id.example.com:8443";for=192.0.2.60', ['192.0.2.60']],
    ['for=192.0.2.43, for=198.51.100.17', ['198.51.100.17', '192.0.2.43']],
    ['for=a,for=b \t,\tFOR="c"', ['c', 'b', 'a']],
    ['for=192.0.2.1:80 ; proto=https', ['192.0.2.1:80']],
    ['for="192\\.0.2.1"', ['192.0.2.1']],
    [';;for=a;', ['a']],
    ['proto=https', ['']],
    ['for=', ['']],
    ['', ['']],
    ['for=a,', ['', 'a']],
    [', for=a', ['a', '']],
  ])('of %j are %j', (list, hops) => {
    expect(hopsOfForwarded(list)).toEqual(hops)
  })

  it.each([
    'for',
    'for =a',
    'for= a',
    'for=a b',
    'for=a;for=b',
    'for=a;For=a',
    'for="a',
    'for=a"',
    'for=a, for="b',
    'for="a, for=b',
    'for="a, for="b"',
    'for=a;x=", for=b;y="',
    'for=a;x="\\, for=b"',
    'for="a\\", for=b',
    'for=a\\b',
    'for=a;;=b',
    '192.0.2.1',
    'for:192.0.2.1',
    '"for"=a',
    'für=a',
    Array(21).fill('for=a').join(),
    ','.repeat(20),
    `${' '.repeat(100_000)}x`,
    `for="${'a'.repeat(100_000)}`,
    `for="${'\\'.repeat(100_001)}`,
    'for'.repeat(100_000),
    ';'.repeat(100_000).concat('x'),
  ])('cannot be told from %.40j', (list) => {
    const began = performance.now()
    expect(hopsOfForwarded(list)).toBeUndefined()
    // Far more than it takes, far less than 100,000 characters take where each is looked at from each other one.
    expect(performance.now() - began).toBeLessThan(500)
  })

  it('are twenty at most', () => {
    expect(hopsOfForwarded(Array(20).fill('for=a').join())).toHaveLength(20)
  })
})

describe('the address of a hop', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:80', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8::1]:1234', '2001:db8::1'],
    ['2001:db8:0::1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
  ])('%s is %s', (hop, address) => {
    expect(addressOfHop(hop)).toBe(address)
  })

  it.each([
    '',
    'unknown',
    'unknown:80',
    '_hidden',
    '_SEVKISEK',
    '192.0.2.1:_port',
    '192.0.2.1:',
    '192.0.2.1:123456',
    '192.0.2.1:80:80',
    '[192.0.2.1]',
    '[2001:db8::1',
    '2001:db8::1]',
    '[[2001:db8::1]]',
    '[2001:db8::1]80',
    '[2001:db8::1]:',
    '[fe80::1%eth0]:80',
    'fe80::1%25eth0',
    '[]',
    '[:]',
    '[::1',
    '1.2.3',
    '0x7f.1',
    '192.0.2.1 ',
    'id.example.com',
    `[${':'.repeat(100_000)}`,
    `${'1'.repeat(100_000)}:1`,
  ])('is not known from %.40j', (hop) => {
    expect(addressOfHop(hop)).toBeUndefined()
  })

  it('is an address or nothing, whatever is written there', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]:.%_"\\,;=0189afF x') }), (text) => {
        expect(addressOfHop(text) ?? '::').toMatch(/^[\da-f:.]+$/)
        for (const hop of hopsOfForwarded(`for="${text}`) ?? []) addressOfHop(hop)
      }),
      { numRuns: 3000 },
    )
  })
})
