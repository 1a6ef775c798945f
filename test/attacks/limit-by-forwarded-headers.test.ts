import { describe, expect, it } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { attempt, cheapHashes, countsOf, strangerAt } from '../support/places.ts'

type Headers = Readonly<Record<string, string>>

/** Every header in which some proxy somewhere says who its client is. */
const names = [
  'x-forwarded-for',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'client-ip',
  'via',
] as const

const claims: readonly ((address: string) => Headers)[] = [
  ...names.map((name) => (address: string) => ({ [name]: address })),
  (address) => ({ forwarded: `for=${address}` }),
  (address) => ({ 'x-forwarded-for': address, forwarded: `for=${address}` }),
]

/** What becomes of 12 wrong passwords, each for another account: the network alone can have spent its five. */
async function twelve(
  app: App,
  from: (at: number) => readonly [address: string, headers: Headers],
) {
  const statuses: number[] = []
  for (let at = 0; at < 12; at += 1) {
    const [address, headers] = from(at)
    const email = `nobody${at}@mail.test.example`
    statuses.push((await attempt(app, address, { email }, headers)).status)
  }
  return countsOf(statuses)
}

const limited = { 401: 5, 429: 7 }

const unproxied = await startApp({ ...cheapHashes, limits: '' })
const proxied = await startApp({ ...cheapHashes, limits: '', trustedProxies: ['10.0.0.0/8'] })

let clients = 0

/** A client from which nothing has come yet. */
function newClient(): string {
  clients += 1
  return `203.0.113.${clients}`
}

describe('saying to be somebody else with every attempt', () => {
  it.each(claims.map((claim) => [Object.keys(claim('')).join(' and '), claim] as const))(
    'gives no more attempts where no proxy is trusted: %s',
    async (_names, claim) => {
      const client = newClient()
      expect(await twelve(unproxied, (at) => [client, claim(strangerAt(at))])).toEqual(limited)
    },
  )

  it.each<[string, (at: number, client: string) => Headers]>([
    ['before it', (at, client) => ({ 'x-forwarded-for': `${strangerAt(at)}, ${client}` })],
    [
      'before others',
      (at, client) => ({ 'x-forwarded-for': `${strangerAt(at)}, ${client}, 10.0.0.2` }),
    ],
    ['by a port', (at, client) => ({ 'x-forwarded-for': `10.1.2.3, ${client}:${4000 + at}` })],
    ['by a quoted port', (at, client) => ({ forwarded: `for="${client}:${4000 + at}"` })],
    ['by an element', (at, client) => ({ forwarded: `for=${strangerAt(at)}, for=${client}` })],
  ])(
    'gives no more attempts behind a proxy that is: what it adds decides, %s',
    async (_, headers) => {
      const client = newClient()
      expect(await twelve(proxied, (at) => ['10.0.0.1', headers(at, client)])).toEqual(limited)
    },
  )

  it.each<[string, (at: number) => Headers]>([
    [
      'two headers that differ, of which the client wrote one',
      (at) => ({ 'x-forwarded-for': '203.0.113.99', forwarded: `for=${strangerAt(at)}` }),
    ],
    ['a hop that cannot be read', (at) => ({ 'x-forwarded-for': `${strangerAt(at)}, unknown` })],
    ['a number', (at) => ({ 'x-forwarded-for': `${strangerAt(at)},,${at}` })],
    ['a header without hops', (at) => ({ 'x-real-ip': strangerAt(at) })],
  ])('counts as the proxy’s own where it leads nowhere: %s', async (_, headers) => {
    clients += 1
    const proxy = `10.0.1.${clients}`
    expect(await twelve(proxied, (at) => [proxy, headers(at)])).toEqual(limited)
  })

  it('is nothing to clients of a trusted proxy: each has attempts of its own', async () => {
    const headers = () => ({ 'x-forwarded-for': newClient() })
    expect(await twelve(proxied, () => ['10.0.0.1', headers()])).toEqual({ 401: 12 })
  })
})
