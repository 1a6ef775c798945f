import type { Duration } from '../kernel/clock.ts'

/** The cookies that browsers get of us. */
export interface Cookies {
  readonly session: SecretCookie
  /** An access token, for as long as it is good. */
  readonly access: SecretCookie
  /** A sign-in that waits for a second factor. */
  readonly pending: SecretCookie
  /** What a browser that asks for a passkey is known by until it answers. */
  readonly passkey: SecretCookie
  /** A browser where no code is asked for. */
  readonly device: SecretCookie
  /** A browser in which somebody has signed in before. It opens nothing. */
  readonly known: SecretCookie
  /** A refresh token; sent to where it is spent and nowhere else. */
  readonly refresh: SecretCookie
}

/**
 * `__Host-` ties a cookie to this host and to https; browsers accept no such cookie from a subdomain or
 * over http (RFC 6265bis, 4.1.3). One with a path of its own cannot have that: `__Secure-` ties it to https.
 * Only on plain loopback, where browsers would refuse both, names have no prefix and cookies are not Secure.
 */
export function cookiesOf(overTls: boolean): Cookies {
  const secure = overTls ? '; Secure' : ''
  const [host, tls] = overTls ? ['__Host-', '__Secure-'] : ['', '']
  return {
    session: new SecretCookie(`${host}sallyport`, `Path=/; HttpOnly; SameSite=Lax${secure}`),
    access: new SecretCookie(`${host}access_token`, `Path=/; HttpOnly; SameSite=Lax${secure}`),
    pending: new SecretCookie(`${host}sallyport_login`, `Path=/; HttpOnly; SameSite=Lax${secure}`),
    passkey: new SecretCookie(
      `${host}sallyport_passkey`,
      `Path=/; HttpOnly; SameSite=Strict${secure}`,
    ),
    device: new SecretCookie(`${host}sallyport_device`, `Path=/; HttpOnly; SameSite=Lax${secure}`),
    known: new SecretCookie(`${host}sallyport_known`, `Path=/; HttpOnly; SameSite=Lax${secure}`),
    refresh: new SecretCookie(
      `${tls}refresh_token`,
      `Path=${refreshPath}; HttpOnly; SameSite=Strict${secure}`,
    ),
  }
}

export const refreshPath = '/refresh'

/** A cookie that no script can read. */
export class SecretCookie {
  readonly name: string
  readonly #attributes: string

  constructor(name: string, attributes: string) {
    this.name = name
    this.#attributes = attributes
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
      if (!this.#isNamed(pair)) continue
      if (found !== undefined) return undefined
      found = trimmed(pair.slice(pair.indexOf('=') + 1))
    }
    return found
  }

  /** Is there any of the name, also where {@link read} believes none? */
  isIn(header: string): boolean {
    return header.split(';').some((pair) => this.#isNamed(pair))
  }

  #isNamed(pair: string): boolean {
    const equals = pair.indexOf('=')
    return equals >= 0 && trimmed(pair.slice(0, equals)) === this.name
  }
}

/**
 * Without blanks and tabs, and nothing else: `trim()` would also take off a no-break space, and so
 * read a name that browsers let anyone set as the one that they guard (RFC 6265bis, 5.6).
 */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}
