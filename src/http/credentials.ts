import type { IncomingHttpHeaders } from 'node:http'
import type { PresentedToken } from '../core/sessions/index.ts'
import type { AccessTokens } from '../core/tokens/index.ts'
import { Secret } from '../kernel/secret.ts'
import type { Cookies } from './cookies.ts'

/** Anything with headers: a web `Request`, or what `node:http` and its frameworks hand out. */
export interface RequestLike {
  readonly headers: Headers | IncomingHttpHeaders
}

/** What a request carries, as it is: of kind `jwt`, the whole token. Nothing is known of it yet. */
export interface Credential {
  readonly by: 'header' | 'cookie'
  readonly kind: PresentedToken['kind']
  readonly value: Secret
}

const bearer = /^bearer +([^\s]+)$/i

/** Finds what a request carries, and takes it for what it names: a session. */
export class Credentials {
  readonly #cookies: Pick<Cookies, 'session' | 'access'>
  readonly #accessTokens: Pick<AccessTokens, 'atOnce' | 'recognise'>

  constructor(
    cookies: Pick<Cookies, 'session' | 'access'>,
    accessTokens: Pick<AccessTokens, 'atOnce' | 'recognise'>,
  ) {
    this.#cookies = cookies
    this.#accessTokens = accessTokens
  }

  /**
   * An `Authorization: Bearer` header counts alone, so that a request has one identity; other schemes are
   * somebody else's (a proxy's, say). Of two cookies the one of a session counts.
   */
  find({ headers }: RequestLike): Credential | undefined {
    const authorization = header(headers, 'authorization')
    if (authorization && /^bearer\b/i.test(authorization)) {
      const value = bearer.exec(authorization)?.[1] ?? ''
      // No other token of ours has a dot.
      return {
        by: 'header',
        kind: value.includes('.') ? 'jwt' : 'bearer',
        value: new Secret(value),
      }
    }
    const cookies = header(headers, 'cookie')
    if (!cookies) return undefined
    const session = this.#cookies.session.read(cookies)
    if (session !== undefined) return { by: 'cookie', kind: 'session', value: new Secret(session) }
    // Who sets a second session cookie could set an access token too, and be whom the request speaks for.
    if (this.#cookies.session.isIn(cookies)) return undefined
    const access = this.#cookies.access.read(cookies)
    if (access === undefined) return undefined
    return { by: 'cookie', kind: 'jwt', value: new Secret(access) }
  }

  /**
   * The token of a session, unchecked; or the name of one, from an access token whose signature was verified.
   * Of any other access token an empty name, which nobody has.
   */
  presented({ kind, value }: Credential): PresentedToken | Promise<PresentedToken> {
    if (kind !== 'jwt') return { kind, value }
    const known = this.#accessTokens.atOnce(value.expose())
    return known ? named(known.session) : this.#recognised(value)
  }

  async #recognised(token: Secret): Promise<PresentedToken> {
    const recognised = await this.#accessTokens.recognise(token.expose())
    return named(recognised?.session ?? '')
  }
}

function named(session: string): PresentedToken {
  return { kind: 'jwt', value: new Secret(session) }
}

export function header(
  headers: RequestLike['headers'],
  name: 'authorization' | 'cookie' | 'user-agent',
): string | undefined {
  // Reads node's headers as they are: building a `Headers` would cost more than the whole check.
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  return (headers as IncomingHttpHeaders)[name]
}
