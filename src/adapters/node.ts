import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Auth } from '../api.ts'
import type { Connection } from '../http/app.ts'

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Serves Sallyport's pages and API from `node:http`, and from frameworks that hand out its objects.
 *
 * @example
 * createServer(toNodeHandler(auth)).listen(3000)
 */
export function toNodeHandler(auth: Pick<Auth, 'fetch'>): NodeHandler {
  return getRequestListener(
    (request, { incoming }) =>
      auth.fetch(request, {
        ...peerOf(incoming.socket),
        ...(hasRepeatedHeader(incoming.rawHeaders) && { fault: 'duplicate_parameter' }),
      }),
    // What cannot even be made into a Request: a broken Host, say.
    {
      errorHandler: () =>
        auth.fetch(new Request('http://localhost'), { address: '', fault: 'bad_request' }),
    },
  )
}

/** Left out where nobody has one, as on a Unix socket; empty where the client has gone before it was looked at. */
function peerOf({ remoteAddress, destroyed }: Socket): Pick<Connection, 'address'> {
  if (remoteAddress !== undefined) return { address: remoteAddress }
  return destroyed ? { address: '' } : {}
}

/** Headers that decide who is asking and how the body is read. Node would quietly keep one of two. */
const single = new Set([
  'authorization',
  'content-type',
  'content-encoding',
  'host',
  'origin',
  'sec-fetch-site',
])

function hasRepeatedHeader(rawHeaders: readonly string[]): boolean {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    if (!single.has(name)) continue
    if (seen.has(name)) return true
    seen.add(name)
  }
  return false
}
