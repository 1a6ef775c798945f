import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { type App, jsonOf, somebody, startApp } from '../support/app.ts'
import { onCleanUp } from '../support/clean-up.ts'

const leaked = 'violet harbour lantern'
const digest = createHash('sha1').update(leaked).digest('hex').toUpperCase()

/** An app that asks a service of this kind. */
async function appAsking(listener: RequestListener, passwordPolicy: 'strength' | 'composition') {
  const server = createServer(listener)
  onCleanUp(() => void server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const breachedPasswordsUrl = `http://127.0.0.1:${port}/range`
  return await startApp({ breachedPasswordsUrl, passwordPolicy })
}

const registering = (app: App, password: string) =>
  app.postJson('/register', { ...somebody(), password })

it('a password that has leaked is refused, in words, under every profile', async () => {
  const asked: unknown[] = []
  const leak = 'Violet-harbour-7'
  const hash = createHash('sha1').update(leak).digest('hex').toUpperCase()
  for (const profile of ['strength', 'composition'] as const) {
    const app = await appAsking((request, response) => {
      asked.push(request.url)
      response.end(`${hash.slice(5)}:3\r\n`)
    }, profile)
    const response = await registering(app, leak)
    expect(response.status).toBe(422)
    expect((await jsonOf(response))['errors']).toEqual([
      {
        field: 'password',
        rule: 'breached',
        message:
          'This password has appeared in a data breach. Choose another one, here and wherever you use it',
      },
    ])
    expect((await registering(app, 'Another-harbour-8')).status).toBe(201)
  }
  expect(asked[0]).toBe(`/range/${hash.slice(0, 5)}`)
})

it('nobody is asked about a password that is refused anyway, being typed, or signing in', async () => {
  let asked = 0
  const app = await appAsking((_request, response) => {
    asked += 1
    response.end()
  }, 'strength')
  await registering(app, 'abcabcabcabc')
  await app.postJson('/password/check', { password: leaked })
  await app.postJson('/login', { email: 'ann@mail.test.example', password: leaked })
  expect(asked).toBe(0)
  expect((await registering(app, leaked)).status).toBe(201)
  expect(asked).toBe(1)
})

it('a service that fails keeps nobody out, and leaves one warning that tells nothing', async () => {
  const app = await appAsking((_request, response) => {
    response.writeHead(500).end()
  }, 'strength')
  expect((await registering(app, leaked)).status).toBe(201)
  const warnings = app.lines.filter((line) => line.includes('breached'))
  expect(warnings.map((line) => JSON.parse(line))).toEqual([
    { fault: 'status', message: 'breached passwords cannot be asked; passwords are taken without' },
  ])
  expect(app.lines.join('').toUpperCase()).not.toContain(digest.slice(0, 5))
})
