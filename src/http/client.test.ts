import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClientAddresses } from './client.ts'

const proxies = new BlockList()
proxies.addSubnet('10.0.0.0', 8, 'ipv4')
proxies.addAddress('::1', 'ipv6')

function heard(trusted = proxies) {
  const warnings: [object, string][] = []
  const log = { warn: (...warning: [object, string]) => void warnings.push(warning) }
  return { addresses: new ClientAddresses({ trusted, log }), warnings }
}

const clientOf = (peer: string | undefined, headers: Record<string, string>, trusted = proxies) =>
  heard(trusted).addresses.of(peer, new Headers(headers))

describe('client address', () => {
  it('is the socket’s, whatever the headers say, unless that is a trusted proxy', () => {
    for (const name of ['x-forwarded-for', 'forwarded']) {
      const headers = { [name]: name === 'forwarded' ? 'for=203.0.113.9' : '203.0.113.9' }
      expect(clientOf('192.0.2.1', headers)).toBe('192.0.2.1')
      expect(clientOf('2001:DB8::0:1', headers)).toBe('2001:db8::1')
      expect(clientOf('10.0.0.1', headers, new BlockList())).toBe('10.0.0.1')
      expect(clientOf('10.0.0.1', headers)).toBe('203.0.113.9')
    }
    expect(clientOf('192.0.2.1', {})).toBe('192.0.2.1')
    expect(clientOf('10.0.0.1', {})).toBe('10.0.0.1')
  })

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['nonsense, 203.0.113.9, 10.1.2.3, 10.1.2.4:80', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['203.0.113.9, ::ffff:10.1.2.3', '203.0.113.9'],
    ['10.5.5.5', '10.5.5.5'],
  ])('is the last hop of X-Forwarded-For before our proxies: %s', (list, client) => {
    for (const proxy of ['10.0.0.1', '::1', '::ffff:10.0.0.1', '0:0::1']) {
      expect(clientOf(proxy, { 'x-forwarded-for': list })).toBe(client)
    }
  })

  it.each([
    ['for=203.0.113.9', '203.0.113.9'],
    ['for=203.0.113.9:80;proto=https;by=_us', '203.0.113.9'],
    ['for=1.1.1.1, for=203.0.113.9, for=10.1.2.3', '203.0.113.9'],
    ['for=_hidden, for=unknown, for=203.0.113.9, for="10.1.2.3:80"', '203.0.113.9'],
    ['For="[2001:db8::1]:1234"', '2001:db8::1'],
    ['for="[2001:DB8:0::1]", for="[::1]"', '2001:db8::1'],
  ])('is the last hop of Forwarded before our proxies: %s', (list, client) => {
    expect(clientOf('10.0.0.1', { forwarded: list })).toBe(client)
    expect(clientOf('::1', { forwarded: list, 'x-forwarded-for': client })).toBe(client)
  })

  it.each([
    'unknown',
    '_hidden',
    '',
    ' ',
    ',',
    '203.0.113.9,',
    '203.0.113.9, nonsense',
    '203.0.113.9, nonsense, 10.1.2.3',
    '203.0.113.9, 10.1.2',
    '1.2.3',
    '0x7f.1',
    'fe80::1%eth0',
    '203.0.113.9:port',
    '"203.0.113.9"',
    'for=203.0.113.9',
    '203.0.113.9,'.repeat(10_000),
    Array(21).fill('203.0.113.9').join(),
  ])('is the proxy’s when X-Forwarded-For is odd: %.60j', (list) => {
    expect(clientOf('10.0.0.1', { 'x-forwarded-for': list })).toBe('10.0.0.1')
    expect(clientOf('10.0.0.1', { 'x-forwarded-for': list, forwarded: 'for=192.0.2.1' })).toBe(
      '10.0.0.1',
    )
  })

  it.each([
    'for=unknown',
    'for=_hidden',
    'for=203.0.113.9, for=_hidden, for=10.1.2.3',
    'for="203.0.113.9',
    'for="203.0.113.9, for=10.1.2.3',
    'for=1.1.1.1;host=", for=203.0.113.9',
    'for=1.1.1.1;host=", for=203.0.113.9;host="',
    'for=1.1.1.1, for=203.0.113.9;for=192.0.2.1',
    'proto=https',
    'for=203.0.113.9, proto=https',
    'for="[fe80::1%eth0]"',
    '203.0.113.9',
    '',
    Array(21).fill('for=203.0.113.9').join(),
  ])('is the proxy’s when Forwarded is odd: %.60j', (list) => {
    expect(clientOf('10.0.0.1', { forwarded: list })).toBe('10.0.0.1')
    expect(clientOf('10.0.0.1', { forwarded: list, 'x-forwarded-for': '192.0.2.1' })).toBe(
      '10.0.0.1',
    )
  })

  it('is the proxy’s when the two headers lead to two clients', () => {
    const both = (list: string, element: string) =>
      clientOf('10.0.0.1', { 'x-forwarded-for': list, forwarded: element })
    expect(both('203.0.113.9', 'for=192.0.2.1')).toBe('10.0.0.1')
    expect(both('203.0.113.9, 10.1.2.3', 'for=10.1.2.3')).toBe('10.0.0.1')
    expect(both('203.0.113.9, 10.1.2.3', 'for=203.0.113.9')).toBe('203.0.113.9')
    expect(both('2001:db8::1', 'for="[2001:DB8::0:1]:80"')).toBe('2001:db8::1')
  })

  it('is not known where the socket’s is not', () => {
    for (const peer of [undefined, '', 'localhost', '192.0.2.1:80', '/run/app.sock']) {
      expect(clientOf(peer, { 'x-forwarded-for': '203.0.113.9' })).toBe('')
    }
  })

  it('of a neighbour is told without the name of the link', () => {
    expect(clientOf('fe80::1%eth0', {})).toBe('fe80::1')
  })
})

describe('what is said of proxies', () => {
  const forwardedFor = new Headers({ 'x-forwarded-for': '203.0.113.9' })
  const forwarded = new Headers({ forwarded: 'for=203.0.113.9' })

  it('is, once, that somebody who is no trusted proxy writes their headers', () => {
    const { addresses, warnings } = heard()
    addresses.of('192.0.2.1', new Headers({ 'x-real-ip': '203.0.113.9' }))
    expect(warnings).toEqual([])
    addresses.of('192.0.2.1', forwarded)
    addresses.of('192.0.2.2', forwardedFor)
    expect(warnings).toEqual([
      [
        { client: '192.0.2.1' },
        expect.stringMatching(/no trusted proxy.*\(SALLYPORT_TRUSTED_PROXIES\)$/),
      ],
    ])
  })

  it.each(['127.0.0.1', '::ffff:127.0.0.5', '::1'])(
    'is that a proxy on this machine has to be trusted, too: %s',
    (peer) => {
      const { addresses, warnings } = heard(new BlockList())
      addresses.of(peer, forwardedFor)
      expect(warnings).toEqual([
        [expect.anything(), expect.stringContaining('a proxy on this machine has to be trusted')],
      ])
    },
  )

  it('is, once, that the headers of a trusted one lead nowhere', () => {
    const { addresses, warnings } = heard()
    addresses.of('10.0.0.1', forwardedFor)
    addresses.of('10.0.0.1', new Headers({ 'x-forwarded-for': 'unknown' }))
    addresses.of('10.0.0.2', new Headers({ forwarded: 'for=_hidden' }))
    expect(warnings).toEqual([
      [{ proxy: '10.0.0.1' }, expect.stringContaining('lead to no single client')],
    ])
  })

  it('is, once, that requests come without any address; not of clients that have gone', () => {
    const { addresses, warnings } = heard()
    addresses.of('', forwardedFor)
    expect(warnings).toEqual([])
    addresses.of(undefined, forwardedFor)
    addresses.of('localhost', forwarded)
    expect(warnings).toEqual([[{}, expect.stringContaining('count as one client')]])
  })

  it('never repeats what a client has written', () => {
    const { addresses, warnings } = heard()
    const marked = new Headers({ forwarded: 'for=evil', 'x-forwarded-for': 'evil' })
    for (const peer of [undefined, '127.0.0.1', '192.0.2.1', '10.0.0.1']) addresses.of(peer, marked)
    expect(warnings).toHaveLength(4)
    expect(JSON.stringify(warnings)).not.toContain('evil')
  })
})

describe('whatever a client sends', () => {
  const group = fc.nat(0xffff).map((one) => one.toString(16))
  const stranger = fc.oneof(
    fc.ipV4().filter((address) => !address.startsWith('10.')),
    fc.tuple(group, group).map(([one, other]) => `2001:db8::${one}:${other}`),
  )
  const written = fc.array(
    fc.oneof(
      fc.constantFrom('for=', 'For="', '"', '\\', ',', ', ', ';', '=', ':', '[', ']', '%', ' '),
      fc.constantFrom('unknown', '_hidden', '10.0.0.1', '9.9.9.9', '[2001:db8::9]', '::1', '\xff'),
      stranger,
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 25 },
  )
  const header = fc.option(written.map((parts) => parts.join('')))

  const headersOf = (forwardedFor: string | null, forwarded: string | null) =>
    new Headers({
      ...(forwardedFor !== null && { 'x-forwarded-for': forwardedFor }),
      ...(forwarded !== null && { forwarded }),
      'x-real-ip': '9.9.9.9',
    })
  const addedTo = (list: string | null, hop: string) => (list === null ? hop : `${list}, ${hop}`)
  const canonical = (address: string) => clientOf(address, {})

  it('it is known by its own address where no proxy stands in front', () => {
    fc.assert(
      fc.property(stranger, header, header, (client, one, other) => {
        expect(heard().addresses.of(client, headersOf(one, other))).toBe(canonical(client))
      }),
      { numRuns: 2000 },
    )
  })

  const elements = [
    (client: string) => `for="${client.includes(':') ? `[${client}]` : client}"`,
    (client: string) => `for="${client.includes(':') ? `[${client}]` : client}:4711";proto=https`,
  ]

  it.each([
    ['X-Forwarded-For', true, false],
    ['Forwarded', false, true],
    ['both', true, true],
  ])(
    'it is known by its own address or by that of the proxy that adds to %s',
    (_, writesForwardedFor, writesForwarded) => {
      fc.assert(
        fc.property(
          stranger,
          header,
          header,
          fc.constantFrom(...elements),
          (client, one, other, element) => {
            const passedOn = headersOf(
              writesForwardedFor ? addedTo(one, client) : one,
              writesForwarded ? addedTo(other, element(client)) : other,
            )
            const known = heard().addresses.of('10.0.0.1', passedOn)
            expect([canonical(client), '10.0.0.1']).toContain(known)
          },
        ),
        { numRuns: 3000 },
      )
    },
  )
})
