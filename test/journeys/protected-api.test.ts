import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { onCleanUp } from '../support/clean-up.ts'
import { cleanEnvironment } from '../support/command.ts'
import { freePort } from '../support/ports.ts'
import { startServer } from '../support/server-process.ts'
import { spawnTied } from '../support/tied-process.ts'

const folder = join(import.meta.dirname, '../../examples/protected-api')
const secret = 'items:Yp3nT8vQ2wL6zR9bK5mJ1xH7dF4gC0sA'

const sallyport = await startServer({ env: { SALLYPORT_RESOURCE_SERVERS: secret } })

/** The API in a process of its own, which is told an address and perhaps a secret. */
async function startApi(env: Record<string, string> = {}): Promise<string> {
  const port = String(await freePort())
  const api = spawnTied(process.execPath, ['server.ts'], {
    cwd: folder,
    env: cleanEnvironment({ PORT: port, ISSUER: sallyport.url, ...env }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onCleanUp(() => api.kill('SIGKILL'))
  await once(api.stdout as NodeJS.ReadableStream, 'data')
  return `http://127.0.0.1:${port}/users/me/items`
}

const password = 'violet harbour lantern'
let people = 0

async function signedIn() {
  people += 1
  const email = `items${people}@example.com`
  const json = { 'content-type': 'application/json' }
  const registration = JSON.stringify({ email, password, full_name: 'Ann' })
  await fetch(`${sallyport.url}/register`, { method: 'POST', headers: json, body: registration })
  const body = new URLSearchParams({ username: email, password })
  const response = await fetch(`${sallyport.url}/token`, { method: 'POST', body })
  const { access_token } = (await response.json()) as { access_token: string }
  const { sub } = JSON.parse(
    Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString(),
  ) as { sub: string }
  return { headers: { authorization: `Bearer ${access_token}` }, sub }
}

describe('an API that knows the published keys and nothing else', () => {
  it('gives people their own things, and nobody anything', async () => {
    const items = await startApi()
    const [ann, bob] = [await signedIn(), await signedIn()]
    for (const { headers, sub } of [ann, bob]) {
      const response = await fetch(items, { headers })
      expect(await response.json()).toEqual([{ item_id: 'Foo', owner: sub }])
    }
    expect((await fetch(items)).status).toBe(401)
    const { authorization } = ann.headers
    const altered =
      authorization.slice(0, -8) + authorization.slice(-8).split('').reverse().join('')
    expect((await fetch(items, { headers: { authorization: altered } })).status).toBe(401)
    const elsewhere = await startApi({ AUDIENCE: 'https://other.example.com' })
    expect((await fetch(elsewhere, { headers: ann.headers })).status).toBe(401)
  })

  it('learns of a sign-out when the token expires; one that asks learns of it at once', async () => {
    const [items, asking] = [await startApi(), await startApi({ INTROSPECT: secret })]
    const { headers } = await signedIn()
    const statuses = async () =>
      Promise.all(
        [items, asking, `${sallyport.url}/me`].map(
          async (url) => (await fetch(url, { headers })).status,
        ),
      )
    expect(await statuses()).toEqual([200, 200, 200])
    await fetch(`${sallyport.url}/logout`, { method: 'POST', headers })
    expect(await statuses()).toEqual([200, 401, 401])
    const claims = JSON.parse(
      Buffer.from(headers.authorization.split('.')[1] ?? '', 'base64url').toString(),
    ) as { iat: number; exp: number }
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(minutes(15) / 1000)
  })

  it('needs nothing of Sallyport', () => {
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    expect(Object.keys(dependencies)).toEqual(['jose'])
  })
})
