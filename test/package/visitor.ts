/** A browser as far as forms and one cookie go. */
export class Visitor {
  readonly #url: string
  #cookie = ''

  constructor(url: string) {
    this.#url = url
  }

  get(path: string): Promise<Response> {
    return this.#fetch(path, {})
  }

  submit(path: string, fields: Record<string, string>): Promise<Response> {
    return this.#fetch(path, { method: 'POST', body: new URLSearchParams(fields).toString() })
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const headers = { accept: 'text/html', cookie: this.#cookie, ...(init.body && type) }
    const response = await fetch(`${this.#url}${path}`, { ...init, headers, redirect: 'manual' })
    const [cookie] = response.headers.getSetCookie()
    if (cookie) this.#cookie = cookie.slice(0, cookie.indexOf(';'))
    return response
  }
}

/** The value of a field that a page holds for its form. */
export function hiddenField(page: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ''
}
