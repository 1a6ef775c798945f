import type { Duration } from '../kernel/clock.ts'

/**
 * The session cookie.
 *
 * `__Host-` ties it to this host and to https; browsers accept no such cookie from a subdomain or
 * over http (RFC 6265bis, 4.1.3). Only on plain loopback, where browsers would refuse that, the name
 * has no prefix and the cookie is not Secure.
 */
export class SessionCookie {
  readonly name: string
  readonly #attributes: string

  constructor(overTls: boolean) {
    this.name = overTls ? '__Host-sallyport' : 'sallyport'
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${overTls ? '; Secure' : ''}`
  }

  /**
   * Kept by the browser for as long as the session can live at all. The idle limit is the server's to
   * decide: a cookie that had to be sent again at each use would be lost wherever an application
   * only asks who is there.
   */
  give(token: string, lifetime: Duration): string {
    return `${this.name}=${token}; Max-Age=${Math.floor(lifetime / 1000)}; ${this.#attributes}`
  }

  /** With the attributes of setting, or the browser would keep it. */
  take(): string {
    return `${this.name}=; Max-Age=0; ${this.#attributes}`
  }

  /**
   * The value in a Cookie header. Two cookies of the name mean that somebody else has set one (a
   * sibling host, an earlier path): then neither is believed (CWE-384).
   */
  read(header: string | null | undefined): string | undefined {
    if (!header) return undefined
    let found: string | undefined
    for (const pair of header.split(';')) {
      const equals = pair.indexOf('=')
      if (equals < 0 || trimmed(pair.slice(0, equals)) !== this.name) continue
      if (found !== undefined) return undefined
      found = trimmed(pair.slice(equals + 1))
    }
    return found
  }
}

/**
 * Without blanks and tabs, and nothing else: `trim()` would also take off a no-break space, and so
 * read a name that browsers let anyone set as the one that they guard (RFC 6265bis, 5.6).
 */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}
