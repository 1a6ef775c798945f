import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalAddress, networkOf } from './network.ts'

const group = fc.oneof(fc.constantFrom(0, 1, 0xffff), fc.integer({ min: 0, max: 0xffff }))
const four = fc.tuple(group, group, group, group)

/** An IPv6 address as somebody might write it: upper case, leading zeros, any run of zeros cut, an IPv4 tail. */
const spelt = (groups: readonly number[]) =>
  fc
    .record({
      width: fc.integer({ min: 1, max: 4 }),
      upper: fc.boolean(),
      dotted: fc.boolean(),
      cut: fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 8 })),
    })
    .map(({ width, upper, dotted, cut: [from, length] }) => {
      const written = groups.map((one) => one.toString(16).padStart(width, '0'))
      const [high = 0, low = 0] = groups.slice(6)
      const tail = [high >> 8, high & 255, low >> 8, low & 255].join('.')
      const texts = dotted ? [...written.slice(0, 6), tail] : written
      const end = Math.min(from + length, dotted ? 6 : 8)
      const isCut = from < end && groups.slice(from, end).every((one) => one === 0)
      const text = isCut
        ? `${texts.slice(0, from).join(':')}::${texts.slice(end).join(':')}`
        : texts.join(':')
      return upper ? text.toUpperCase() : text
    })

const twoSpellings = fc
  .tuple(group, group, group, group, group, group, group, group)
  .chain((groups) => fc.tuple(spelt(groups), spelt(groups)))

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:FFFF:192.0.2.1', '192.0.2.1'],
    ['0000:0000:0000:0000:0000:ffff:192.168.100.200', '192.168.100.200'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::1.2.3.4', '::102:304'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('has one spelling: %s is %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address)
  })

  it.each([
    '',
    ' ',
    'unknown',
    'localhost',
    '127.1',
    '1.2.3',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.01',
    '2130706433',
    '192.0.2.256',
    '192.0.2.1:80',
    '192.0.2.0/24',
    ' 192.0.2.1',
    '192.0.2.1\n',
    '[2001:db8::1]',
    'fe80::1%eth0',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '::ffff:1.2.3',
    '::ffff:::ffff:1.2.3.4',
    '١.٢.٣.٤',
    '1'.repeat(100_000),
    '::ffff:'.repeat(20_000),
  ])('is not: %.40j', (text) => {
    expect(canonicalAddress(text)).toBeUndefined()
    expect(networkOf(text)).toBe('')
  })

  it('has one spelling whichever of its own it comes in, and that is its own canonical one', () => {
    fc.assert(
      fc.property(twoSpellings, ([one, other]) => {
        const address = canonicalAddress(one)
        expect(address).toMatch(/^[\da-f:.]+$/)
        expect(canonicalAddress(other)).toBe(address)
        expect(canonicalAddress(address as string)).toBe(address)
      }),
      { numRuns: 3000 },
    )
  })

  it('is never made of a text that only looks like one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(canonicalAddress(`${text}.0.0.1`)).not.toBe('127.0.0.1')
        expect(networkOf(`${text}%`)).toBe('')
      }),
    )
  })
})

describe('the network of a client', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:0:0:1::9', '2001:0:0:1::/64'],
    ['::1', '::/64'],
    ['fe80::1', 'fe80::/64'],
    ['', ''],
    ['2001:db8:1:2::/64', ''],
  ])('of %j is %j', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  /** Else it is IPv4 in other words. */
  const native = four.filter(([a, b, c, d]) => a + b + c + d > 0)
  const within = (prefix: readonly number[]) => four.chain((rest) => spelt([...prefix, ...rest]))

  it('is one for every spelling of every address in a /64', () => {
    const neighbours = native.chain((prefix) => fc.tuple(within(prefix), within(prefix)))
    fc.assert(
      fc.property(neighbours, ([one, other]) => {
        expect(networkOf(one)).toMatch(/^[\da-f:]+::\/64$/)
        expect(networkOf(other)).toBe(networkOf(one))
      }),
      { numRuns: 3000 },
    )
  })

  it('is another one for every other /64', () => {
    const strangers = fc
      .tuple(native, native)
      .filter(([one, other]) => one.join() !== other.join())
      .chain(([one, other]) => fc.tuple(within(one), within(other)))
    fc.assert(
      fc.property(strangers, ([one, other]) => {
        expect(networkOf(one)).not.toBe(networkOf(other))
      }),
      { numRuns: 3000 },
    )
  })
})
