import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '../kernel/secret.ts'
import { BreachedRanges } from './ranges.ts'

const password = 'violet harbour lantern'
const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
const suffix = digest.slice(5)
const others = Array.from(
  { length: 40 },
  (_, at) => `${at.toString(16).toUpperCase().padStart(35, '0')}:${at}`,
)

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`)
}

/** What is found, and what is reported, at a service that answers like this. */
async function askedAt(listener: RequestListener, timeoutMs = 10_000) {
  const faults: string[] = []
  const url = await serve(listener)
  const ranges = new BreachedRanges({ url, report: (fault) => faults.push(fault), timeoutMs })
  return { found: await ranges.contains(new Secret(password)), faults }
}

const saying =
  (...lines: string[]): RequestListener =>
  (_request, response) =>
    void response.end(lines.join('\r\n'))

describe('a service of breached passwords', () => {
  it('is asked with five digits of the hash, for a padded answer, and nothing else of the password', async () => {
    const requests: unknown[] = []
    const { found, faults } = await askedAt(({ method, url, headers }, response) => {
      requests.push({ method, url, padding: headers['add-padding'] })
      response.end([...others, `${suffix}:7`].join('\r\n'))
    })
    expect({ found, faults }).toEqual({ found: true, faults: [] })
    expect(requests).toEqual([
      { method: 'GET', url: `/range/${digest.slice(0, 5)}`, padding: 'true' },
    ])
  })

  it('does not know a password that is not in the range', async () => {
    expect(await askedAt(saying(...others))).toEqual({ found: false, faults: [] })
    expect(await askedAt(saying(''))).toEqual({ found: false, faults: [] })
  })

  it('pads its answers with lines that count nothing', async () => {
    expect(await askedAt(saying(...others, `${suffix}:0`))).toEqual({ found: false, faults: [] })
  })

  it.each<[string, string, RequestListener]>([
    ['that fails', 'status', (_, response) => void response.writeHead(500).end(`${suffix}:7`)],
    ['that knows no ranges', 'status', (_, response) => void response.writeHead(404).end()],
    ['that answers in HTML', 'malformed', saying('<!doctype html>', `${suffix}:7`)],
    ['that answers with half a line', 'malformed', saying(`${suffix}:7`, suffix.slice(0, 20))],
    ['that answers with lower-case digits', 'malformed', saying(`${suffix.toLowerCase()}:7`)],
    ['that never ends', 'timeout', (_, response) => void response.write(`${suffix}:7\r\n`)],
    ['that never answers', 'timeout', () => undefined],
    ['that hangs up', 'unreachable', (request) => void request.socket.destroy()],
    [
      'that answers too much',
      'too_large',
      (_, response) => void response.end(others.join('\n').repeat(800)),
    ],
    [
      'that sends elsewhere',
      'unreachable',
      (request, response) => {
        if (request.url === '/elsewhere') response.end(`${suffix}:7`)
        else response.writeHead(302, { location: '/elsewhere' }).end()
      },
    ],
  ])('%s keeps nobody out, and is reported once', async (_, fault, listener) => {
    const timeoutMs = fault === 'timeout' ? 300 : undefined
    expect(await askedAt(listener, timeoutMs)).toEqual({ found: false, faults: [fault] })
  })
})
