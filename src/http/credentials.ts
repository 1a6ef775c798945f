import type { IncomingHttpHeaders } from 'node:http'
import type { PresentedToken } from '../core/sessions/index.ts'
import { Secret } from '../kernel/secret.ts'
import type { SessionCookie } from './cookies.ts'

/** Anything with headers: a web `Request`, or what `node:http` and its frameworks hand out. */
export interface RequestLike {
  readonly headers: Headers | IncomingHttpHeaders
}

const bearer = /^bearer +([^\s]+)$/i

/**
 * The session token that a request carries, unchecked. An `Authorization: Bearer` header counts
 * alone, so that a request has one identity; other schemes are somebody else's (a proxy's, say).
 */
export function presentedToken(
  { headers }: RequestLike,
  cookie: SessionCookie,
): PresentedToken | undefined {
  const authorization = header(headers, 'authorization')
  if (authorization && /^bearer\b/i.test(authorization)) {
    const value = bearer.exec(authorization)?.[1] ?? ''
    return { kind: 'bearer', value: new Secret(value) }
  }
  const value = cookie.read(header(headers, 'cookie'))
  return value === undefined ? undefined : { kind: 'session', value: new Secret(value) }
}

export function header(
  headers: RequestLike['headers'],
  name: 'authorization' | 'cookie' | 'user-agent',
): string | undefined {
  // Reads node's headers as they are: building a `Headers` would cost more than the whole check.
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  return (headers as IncomingHttpHeaders)[name]
}
