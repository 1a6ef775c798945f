import { randomBytes } from 'node:crypto'

/** An answer that has arrived whole. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** How long it took, in milliseconds. */
  readonly took: number
}

/** Headers that say who is asking. */
export type Credential = Readonly<Record<string, string>>

export interface Person {
  readonly email: string
  readonly full_name: string
  readonly password: string
}

export type Transport = 'cookie' | 'bearer'

/** Somebody new, with a password that nobody else has: it can be searched for in logs. */
export function aPerson(): Person {
  const email = `${randomBytes(6).toString('hex')}@example.com`
  const password = `quiet lanterns ${randomBytes(6).toString('hex')}`
  return { email, full_name: 'Robin Marsh', password }
}

export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const start = performance.now()
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
    ...init,
  })
  const body = await response.text()
  const { status, headers } = response
  return { status, headers, body, took: performance.now() - start }
}

export function sendJson(url: string, body: object, credential?: Credential): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...credential }
  return send(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** As a browser sends the form of a page. */
export function sendForm(
  url: string,
  fields: Record<string, string>,
  credential?: Credential,
): Promise<Answer> {
  const type = 'application/x-www-form-urlencoded'
  const headers = { accept: 'text/html', 'content-type': type, ...credential }
  return send(url, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
}

export function register(url: string, person: Person): Promise<Answer> {
  return sendJson(`${url}/register`, person)
}

export function signIn(
  url: string,
  { email, password }: Person,
  transport: Transport = 'cookie',
): Promise<Answer> {
  return sendJson(`${url}/login`, { email, password, transport })
}

/** What the answer to a sign-in lets its owner send. */
export function credentialOf({ headers, body }: Answer): Credential {
  const [cookie] = headers.getSetCookie()
  if (cookie) return { cookie: cookie.slice(0, cookie.indexOf(';')) }
  return { authorization: `Bearer ${JSON.parse(body).session_id}` }
}

export function me(url: string, credential: Credential): Promise<Answer> {
  return send(`${url}/me`, { headers: credential })
}

/** Registers somebody and signs them in. */
export async function someoneSignedIn(
  url: string,
): Promise<{ person: Person; credential: Credential }> {
  const person = aPerson()
  const registered = await register(url, person)
  if (registered.status !== 201) throw new Error(`not registered: ${registered.body}`)
  return { person, credential: credentialOf(await signIn(url, person)) }
}
