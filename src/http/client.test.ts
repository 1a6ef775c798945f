import { BlockList } from 'node:net'
import { describe, expect, it } from 'vitest'
import { clientAddress } from './client.ts'

const trusted = new BlockList()
trusted.addSubnet('10.0.0.0', 8, 'ipv4')
trusted.addAddress('::1', 'ipv6')

describe('client address', () => {
  it('is the socket’s, whatever the header says, unless that is a trusted proxy', () => {
    expect(clientAddress('192.0.2.1', '203.0.113.9', trusted)).toBe('192.0.2.1')
    expect(clientAddress('192.0.2.1', null, trusted)).toBe('192.0.2.1')
    expect(clientAddress('10.0.0.1', '203.0.113.9', new BlockList())).toBe('10.0.0.1')
  })

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['10.5.5.5', '10.5.5.5'],
  ])('is the last hop before our proxies: %s', (header, client) => {
    expect(clientAddress('10.0.0.1', header, trusted)).toBe(client)
    expect(clientAddress('::1', header, trusted)).toBe(client)
    expect(clientAddress('::ffff:10.0.0.1', header, trusted)).toBe(client)
  })

  it.each(['unknown', '203.0.113.9, nonsense', '203.0.113.9:80', '', ',', '1.2.3', '0x7f.1'])(
    'stays the proxy’s when the header is odd: %j',
    (header) => {
      expect(clientAddress('10.0.0.1', header, trusted)).toBe('10.0.0.1')
    },
  )

  it('does not walk through a list of any length', () => {
    expect(clientAddress('10.0.0.1', '203.0.113.9,'.repeat(10_000), trusted)).toBe('10.0.0.1')
  })
})
