import { describe, expect, it } from 'vitest'
import { jsonOf, startApp } from '../support/app.ts'

const hostile = {
  'x-forwarded-for': '10.9.9.9, 203.0.113.66',
  'x-real-ip': '203.0.113.66',
  forwarded: 'for=203.0.113.66;host=evil.example;proto=https',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
  'x-forwarded-prefix': '/evil',
  'x-original-url': '/me',
  'x-rewrite-url': '/me',
  'x-original-host': 'evil.example',
  'true-client-ip': '203.0.113.66',
  'cf-connecting-ip': '203.0.113.66',
  via: '1.1 evil.example',
}

const peer = { address: '198.51.100.7' }

async function clientLogged(
  headers: Record<string, string>,
  address: string,
  trustedProxies: readonly string[] = [],
): Promise<unknown> {
  const app = await startApp({ trustedProxies, hashThreads: 1 })
  await app.auth.fetch(new Request(`${app.origin}/login`, { headers }), { address })
  return JSON.parse(app.lines.at(-1) as string).client
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
      expect(text).not.toMatch(/evil|203\.0\.113\.66/)
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

  it('hide no client: the log has the peer’s address', async () => {
    expect(await clientLogged(hostile, peer.address)).toBe(peer.address)
  })

  it('are believed from a trusted proxy, and only from the right end up to the first stranger', async () => {
    const forwarded = (list: string) => ({ 'x-forwarded-for': list })
    const proxies = ['10.0.0.0/8', '::1']
    const real = '203.0.113.5'
    expect(await clientLogged(forwarded(real), '10.0.0.1', proxies)).toBe(real)
    expect(await clientLogged(forwarded(`1.2.3.4, ${real}`), '10.0.0.1', proxies)).toBe(real)
    expect(await clientLogged(forwarded(`1.2.3.4, ${real}, 10.0.0.2`), '10.0.0.1', proxies)).toBe(
      real,
    )
    expect(await clientLogged(forwarded(real), '::ffff:10.0.0.1', proxies)).toBe(real)
    expect(await clientLogged(forwarded(real), '192.0.2.1', proxies)).toBe('192.0.2.1')
  })

  it.each([
    'unknown',
    '203.0.113.5:4711',
    '[2001:db8::1]:4711',
    '0x7f.1',
    '1.2.3',
    "'; drop table sessions; --",
    'fe80::1%eth0',
    ', ,',
    Array(5000).fill('1.1.1.1').join(','),
  ])('may hold anything without harm: %s', async (list) => {
    const app = await startApp({ trustedProxies: ['10.0.0.0/8'], hashThreads: 1 })
    const headers = { 'x-forwarded-for': list }
    const request = new Request(`${app.origin}/login`, { headers })
    expect((await app.auth.fetch(request, { address: '10.0.0.1' })).status).toBe(200)
    expect(JSON.parse(app.lines.at(-1) as string)).toMatchObject({ route: '/login', status: 200 })
  })
})
