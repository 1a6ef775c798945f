import { type Problem, problemDocument } from './problems.ts'

type HeaderRecord = Readonly<Record<string, string>>

/**
 * Makes every response there is, with all its headers at once: patching headers on afterwards would
 * cost a third of the throughput, and a header that is added everywhere cannot be missing on errors.
 */
export class Answers {
  readonly #json: HeaderRecord
  readonly #problem: HeaderRecord
  readonly #page: HeaderRecord
  readonly #empty: HeaderRecord
  readonly #asset: HeaderRecord

  /** @param overTls - Whether browsers reach us by https: then they shall never try anything else. */
  constructor(overTls: boolean) {
    const fixed = { ...always, ...(overTls && { 'strict-transport-security': hsts }) }
    const inert = { ...fixed, 'content-security-policy': inertContent }
    this.#json = { ...inert, ...noStore, 'content-type': 'application/json; charset=utf-8' }
    this.#problem = {
      ...inert,
      ...noStore,
      'content-type': 'application/problem+json; charset=utf-8',
    }
    this.#page = {
      ...fixed,
      ...noStore,
      'content-security-policy': pageContent,
      'content-type': 'text/html; charset=utf-8',
    }
    this.#empty = { ...inert, ...noStore }
    this.#asset = { ...inert, 'cache-control': 'public, max-age=31536000, immutable' }
  }

  json(requestId: string, status: number, body: object, more?: HeaderRecord): Response {
    return answer(JSON.stringify(body), status, this.#json, requestId, more)
  }

  /** What everybody may know, and keep for a few minutes. */
  publicJson(requestId: string, body: object, type = 'application/json'): Response {
    return answer(JSON.stringify(body), 200, this.#json, requestId, {
      'cache-control': 'public, max-age=300',
      'content-type': `${type}; charset=utf-8`,
    })
  }

  problem(requestId: string, problem: Problem): Response {
    const body = problemDocument(problem, requestId)
    return answer(body, problem.status, this.#problem, requestId, problem.headers)
  }

  page(requestId: string, status: number, html: string, more?: HeaderRecord): Response {
    return answer(html, status, this.#page, requestId, more)
  }

  /** 303: whatever the method was, the next request is a GET. `path` is always one of ours. */
  redirect(requestId: string, path: string, more?: HeaderRecord): Response {
    return answer(null, 303, this.#empty, requestId, { location: path, ...more })
  }

  text(requestId: string, type: string, body: string): Response {
    return answer(body, 200, this.#json, requestId, { 'content-type': type })
  }

  asset(requestId: string, type: string, body: string): Response {
    return answer(body, 200, this.#asset, requestId, { 'content-type': type })
  }
}

/** A record of headers holds one cookie. */
export function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

function answer(
  body: string | null,
  status: number,
  headers: HeaderRecord,
  requestId: string,
  more?: HeaderRecord,
): Response {
  return new Response(body, { status, headers: { ...headers, 'x-request-id': requestId, ...more } })
}

/** Two years and subdomains, as preload lists ask for (ASVS 5.0, 3.4.1). */
const hsts = 'max-age=63072000; includeSubDomains'

/** Answers that are no pages must not become one, whatever opens them (ASVS 3.2.1). */
const inertContent = "default-src 'none'; frame-ancestors 'none'; sandbox"

/** Only our own files, no inline script or style, no frame around us (ASVS 3.4.3, 3.4.6). */
const pageContent = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const noStore = { 'cache-control': 'no-store' }

const always = {
  'x-content-type-options': 'nosniff',
  // Not `no-referrer`: browsers would then send `Origin: null` with our own forms (Fetch, 3.1).
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
