import { expect } from 'vitest'
import { type App, asForm, type HeaderRecord, jsonOf, type Person } from './app.ts'

/** What a sign-in with tokens is given. */
export interface Tokens {
  readonly access: string
  readonly refresh: string
}

/** Fields as a program sends them: no Origin, no cookie. A text is sent as it is. */
export function postFields(
  app: App,
  path: string,
  fields: Readonly<Record<string, string>> | string,
  headers: HeaderRecord = {},
): Promise<Response> {
  const body = typeof fields === 'string' ? fields : new URLSearchParams({ ...fields }).toString()
  return app.request('POST', path, { ...asForm, ...headers }, body)
}

export async function tokensOf(
  app: App,
  { email, password }: Person,
  headers: HeaderRecord = {},
): Promise<Tokens> {
  return tokensIn(await app.postJson('/login', { email, password, transport: 'token' }, headers))
}

export async function tokensIn(response: Response): Promise<Tokens> {
  expect(response.status, await response.clone().text()).toBe(200)
  const { access_token, refresh_token } = await jsonOf(response)
  return { access: access_token, refresh: refresh_token }
}

export function refresh(app: App, refresh_token: string): Promise<Response> {
  return app.postJson('/refresh', { refresh_token })
}

export async function refreshed(app: App, token: string): Promise<Tokens> {
  return tokensIn(await refresh(app, token))
}

export const bearing = (token: string): HeaderRecord => ({ authorization: `Bearer ${token}` })

/** 200 when the access token opens the door, else 401. */
export const accessStatus = (app: App, token: string): Promise<number> =>
  app.meStatus(bearing(token))

/** Nothing that this sign-in was ever given opens anything. */
export async function expectDead(app: App, ...all: readonly Tokens[]): Promise<void> {
  for (const { access, refresh: token } of all) {
    expect(await accessStatus(app, access)).toBe(401)
    const answer = await refresh(app, token)
    expect([answer.status, (await jsonOf(answer))['detail']]).toEqual([
      401,
      'Invalid refresh token',
    ])
  }
}

/** An error as OAuth writes it, and everything that has to be around it. */
export async function expectOAuthError(
  answer: Response,
  status: number,
  error: string,
): Promise<void> {
  const body = await jsonOf(answer)
  expect([answer.status, body['error']]).toEqual([status, error])
  expect(Object.keys(body).sort()).toEqual(['error', 'error_description'])
  // RFC 6749, 5.2: printable ASCII without quotes and backslashes.
  expect(body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('pragma')).toBe('no-cache')
  expect(answer.headers.getSetCookie()).toEqual([])
}

/** The first or second part of a JWT, read. */
export function partOf(jwt: string, index: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString())
}

export const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
