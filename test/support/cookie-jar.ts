import { type App, type HeaderRecord, jsonOf, sameOrigin } from './app.ts'
import { cookieNamed } from './passkeys.ts'

/** A person's browser with every cookie that it was given, and the scripts of our pages. */
export class CookieJar {
  readonly #app: App
  readonly #cookies = new Map<string, string>()

  constructor(app: App) {
    this.#app = app
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  has(name: string): boolean {
    return this.#cookies.has(name)
  }

  async open(path: string): Promise<Response> {
    return this.#kept(await this.#app.get(path, { ...this.#own, accept: 'text/html' }))
  }

  async page(path: string): Promise<string> {
    return (await this.open(path)).text()
  }

  async submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { ...this.#own, accept: 'text/html' }
    return this.#kept(await this.#app.postForm(path, fields, headers))
  }

  /** As a script of the page does it. */
  async fetched(path: string, body: unknown = {}) {
    const headers = { ...this.#own, ...sameOrigin(this.#app) }
    return jsonOf(this.#kept(await this.#app.postJson(path, body, headers)))
  }

  get #own(): HeaderRecord {
    return this.#cookies.size === 0 ? {} : { cookie: this.header }
  }

  #kept(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at)
      if (attributes.includes('Max-Age=0')) this.#cookies.delete(name)
      else this.#cookies.set(name, pair.slice(at + 1))
    }
    return response
  }
}

/** The value of the first hidden field of that name. */
export const fieldIn = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ''

/** The ways to sign in, as `transport` names them. */
export const transports = ['bearer', 'token', 'cookie', 'token-cookie'] as const

/** What speaks for who has got this answer, however it was carried. */
export async function credentialsIn(app: App, answer: Response): Promise<HeaderRecord> {
  const { session_id, access_token } = await jsonOf(answer.clone())
  const token = session_id ?? access_token
  if (token) return { authorization: `Bearer ${token}` }
  const cookie = cookieNamed(answer, 'sallyport') ?? cookieNamed(answer, 'access_token') ?? ''
  return { cookie, origin: app.origin }
}
