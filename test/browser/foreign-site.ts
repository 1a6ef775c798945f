import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { onCleanUp } from '../support/clean-up.ts'
import { freePort } from '../support/ports.ts'

/** Another site, of somebody who means no good. Its pages are whatever a test puts there. */
export class ForeignSite {
  /** Another host than the server's 127.0.0.1: another site to browsers. */
  readonly elsewhere: string
  /** The server's host, another port: another origin, but the same site, so Lax cookies come along. */
  readonly nextDoor: string
  readonly #port: number
  /** What was asked for, by path. */
  readonly visits = new Map<string, IncomingHttpHeaders>()
  /** The page at `/`. */
  html = ''

  constructor(port: number) {
    this.#port = port
    this.elsewhere = `http://localhost:${port}`
    this.nextDoor = `http://127.0.0.1:${port}`
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      this.visits.set(request.url ?? '', request.headers)
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end(
        `<!doctype html><title>Free kittens</title><link rel="icon" href="data:,">${this.html}`,
      )
    })
    onCleanUp(() => server.close())
    await once(server.listen(this.#port, '127.0.0.1'), 'listening')
  }
}

export async function foreignSite(): Promise<ForeignSite> {
  const site = new ForeignSite(await freePort())
  await site.open()
  return site
}
