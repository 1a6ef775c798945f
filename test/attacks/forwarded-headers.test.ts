import { describe, expect, it } from 'vitest'
import { jsonOf, startApp } from '../support/app.ts'
import { startListener } from './listener.ts'

const hostile = {
  'x-forwarded-for': '10.9.9.9, 203.0.113.66',
  'x-real-ip': '203.0.113.66',
  forwarded: 'for=203.0.113.66;host=evil.example;proto=https',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
  'x-forwarded-prefix': '/evil.example',
  'x-original-url': '/me',
  'x-rewrite-url': '/me',
  'x-original-host': 'evil.example',
  'true-client-ip': '203.0.113.66',
  'cf-connecting-ip': '203.0.113.66',
  via: '1.1 evil.example',
}

const peer = { address: '198.51.100.7' }

/** What a proxy would not write, and whom it leads to. */
const oddLists: readonly (readonly [list: string, client: string])[] = [
  ['unknown', '10.0.0.1'],
  ['203.0.113.5:4711', '203.0.113.5'],
  ['[2001:DB8::0:1]:4711', '2001:db8::1'],
  ['203.0.113.5, unknown', '10.0.0.1'],
  ['203.0.113.5, _hidden, 10.0.0.2', '10.0.0.1'],
  ['0x7f.1', '10.0.0.1'],
  ['1.2.3', '10.0.0.1'],
  ["'; drop table sessions; --", '10.0.0.1'],
  ['fe80::1%eth0', '10.0.0.1'],
  [', ,', '10.0.0.1'],
  [Array(5000).fill('1.1.1.1').join(','), '10.0.0.1'],
]

/** Asks from an address, and tells whom the log takes for the client. */
async function logging(...trustedProxies: readonly string[]) {
  const app = await startApp({ trustedProxies, hashThreads: 1 })
  return async (headers: Record<string, string>, address: string): Promise<unknown> => {
    const request = new Request(`${app.origin}/login`, { headers })
    expect((await app.auth.fetch(request, { address })).status).toBe(200)
    return JSON.parse(app.lines.at(-1) as string).client
  }
}

describe('headers that only a proxy should write', () => {
  it('change no answer: nothing of them comes back in any header or body', async () => {
    const app = await startApp()
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    const ask = (path: string, headers: Record<string, string>) =>
      app.auth.fetch(new Request(app.origin + path, { headers: { cookie, ...headers } }), peer)

    for (const path of ['/', '/login', '/register', '/dashboard', '/me', '/nothing']) {
      const plain = await ask(path, {})
      const spoofed = await ask(path, hostile)
      expect(spoofed.status).toBe(plain.status)
      expect([...spoofed.headers.keys()]).toEqual([...plain.headers.keys()])
      expect(spoofed.headers.get('location')).toBe(plain.headers.get('location'))
      const text = JSON.stringify([...spoofed.headers]) + (await spoofed.text())
      expect(text).not.toMatch(/evil\.example|203\.0\.113\.66/)
    }
    const login = await app.postJson('/login', ann, hostile)
    expect(login.headers.get('set-cookie')).toMatch(/^sallyport=.*SameSite=Lax$/)
    expect(login.headers.get('strict-transport-security')).toBeNull()
  })

  it('make no other site ours', async () => {
    const app = await startApp()
    const headers = { origin: 'https://evil.example', ...hostile }
    const response = await app.postJson('/login', {}, headers)
    expect(response.status).toBe(403)
    expect((await jsonOf(response))['code']).toBe('cross_site')
  })

  it.each([[[]], [['10.0.0.0/8']]])(
    'hide no client: the log has the peer’s address; proxies: %j',
    async (proxies) => {
      const logged = await logging(...proxies)
      for (const [name, value] of Object.entries(hostile)) {
        expect(await logged({ [name]: value }, peer.address)).toBe(peer.address)
      }
      expect(await logged(hostile, peer.address)).toBe(peer.address)
    },
  )

  it('are believed from a trusted proxy, and only from the right end up to the first stranger', async () => {
    const logged = await logging('10.0.0.0/8', '::1')
    const real = '203.0.113.5'
    for (const list of [real, `1.2.3.4, ${real}`, `1.2.3.4, ${real}, 10.0.0.2`]) {
      expect(await logged({ 'x-forwarded-for': list }, '10.0.0.1')).toBe(real)
      const forwarded = list.replaceAll(/^|(?<=, )/g, 'for=')
      expect(await logged({ forwarded }, '10.0.0.1')).toBe(real)
    }
    expect(await logged({ 'x-forwarded-for': real }, '::ffff:10.0.0.1')).toBe(real)
    expect(await logged({ 'x-forwarded-for': real }, '192.0.2.1')).toBe('192.0.2.1')
    expect(await logged({ 'x-real-ip': real, 'true-client-ip': real }, '10.0.0.1')).toBe('10.0.0.1')
  })

  it('are not believed where a proxy may have passed on what the client wrote', async () => {
    const real = '203.0.113.5'
    const ask = await logging('10.0.0.0/8')
    const logged = (forwardedFor: string, forwarded: string) =>
      ask({ 'x-forwarded-for': forwardedFor, forwarded }, '10.0.0.1')
    expect(await logged(real, 'for=192.0.2.66')).toBe('10.0.0.1')
    expect(await logged('192.0.2.66', `for=${real}`)).toBe('10.0.0.1')
    expect(await logged(real, `for=192.0.2.66;x=", for=${real}`)).toBe('10.0.0.1')
    expect(await logged(real, `for=192.0.2.66, for=${real}`)).toBe(real)
  })

  it('may hold anything without harm', async () => {
    const logged = await logging('10.0.0.0/8')
    for (const [list, client] of oddLists) {
      expect(await logged({ 'x-forwarded-for': list }, '10.0.0.1'), list).toBe(client)
    }
  })

  it('are one list, however many lines of one name a client sends', async () => {
    const { app, host, send } = await startListener({ trustedProxies: ['127.0.0.1'] })
    const ask = (name: string, ...values: readonly string[]) => {
      const lines = values.map((value) => `${name}: ${value}\r\n`).join('')
      return send(`GET /login HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${lines}\r\n`)
    }
    await ask('X-Forwarded-For', '192.0.2.66', '203.0.113.5')
    await ask('Forwarded', 'for=192.0.2.66', 'for=203.0.113.5')
    await ask('Forwarded', 'for="192.0.2.66', 'for="203.0.113.5"')
    const clients = app.lines.map((line) => JSON.parse(line)).filter(({ route }) => route)
    expect(clients.map(({ client }) => client)).toEqual(['203.0.113.5', '203.0.113.5', '127.0.0.1'])
  })

  it('from a proxy that nobody trusts are reported once, and tell how it can be trusted', async () => {
    const { app, host, send } = await startListener()
    for (const list of ['192.0.2.66', '192.0.2.67', 'evil']) {
      const lines = ['GET /login HTTP/1.1', `Host: ${host}`, `X-Forwarded-For: ${list}`]
      await send([...lines, 'Connection: close', '', ''].join('\r\n'))
    }
    const warnings = app.lines.filter((line) => !/"message":"(?:request|audit)"/.test(line))
    expect(warnings).toEqual([expect.stringContaining('SALLYPORT_TRUSTED_PROXIES')])
    expect(warnings[0]).not.toMatch(/192\.0\.2\.6|evil/)
  })
})

describe('whoever sends what is no request', () => {
  it('is in the log with the address of their socket', async () => {
    const { app, host, send } = await startListener()
    await send(`GET /login HTTP/1.1\r\nHost: ${host}\r\nExpect: everything\r\n\r\n`)
    await send('nonsense\r\n\r\n')
    await send(`GET /login HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\n\r\n`)
    const lines = app.lines.map((line) => JSON.parse(line))
    const logged = lines.filter(({ message }) => message !== 'audit')
    expect(logged.map(({ status, client }) => [status, client])).toEqual([
      [417, '127.0.0.1'],
      [400, '127.0.0.1'],
      [400, '127.0.0.1'],
    ])
  })
})
