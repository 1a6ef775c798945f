import { expect } from 'vitest'
import { seconds } from '../../src/kernel/clock.ts'
import { type App, cookieIn, type HeaderRecord, jsonOf, type Person } from './app.ts'
import { codeNow } from './authenticator.ts'

/** Somebody who signs in with a second factor. */
export interface Guarded {
  readonly person: Person
  /** The session that set the app up, and is fresh. */
  readonly cookie: string
  /** As it is typed into an app. */
  readonly secret: string
  readonly recoveryCodes: readonly string[]
  /** What the app shows now, or some steps of 30 seconds away. */
  shown(steps?: number): string
  /** What the app shows 30 seconds later. */
  next(): string
  /** Six digits that the app does not show, now or soon. */
  wrong(): string
}

export async function guarded(
  app: App,
  person?: Person,
  others: readonly App[] = [],
): Promise<Guarded> {
  const somebody = person ?? (await app.registered())
  const { cookie, ...rest } = await setUp(app, await app.cookieOf(somebody), others)
  return { person: somebody, cookie, ...rest }
}

/** Sets an app up in this session; other nodes keep the same time. */
export async function setUp(
  app: App,
  cookie: string,
  others: readonly App[] = [],
): Promise<Omit<Guarded, 'person'>> {
  const { id, secret } = await enrolment(app, cookie)
  const shown = (steps = 0) => codeNow(secret, app.clock.now() + steps * seconds(30))
  const confirmed = await post(app, '/factors/totp/confirm', { id, code: shown() }, cookie)
  expect(confirmed.status, await confirmed.clone().text()).toBe(200)
  return {
    cookie: cookieIn(confirmed),
    secret,
    recoveryCodes: (await jsonOf(confirmed))['recovery_codes'],
    shown,
    next() {
      for (const { clock } of [app, ...others]) clock.advance(seconds(30))
      return shown()
    },
    wrong() {
      const right = [-2, -1, 0, 1, 2].map(shown)
      return ['314159', '271828', '141421', '577215', '161803', '662607'].find(
        (code) => !right.includes(code),
      ) as string
    },
  }
}

export async function enrolment(
  app: App,
  cookie: string,
): Promise<{ readonly id: string; readonly secret: string }> {
  const begun = await post(app, '/factors/totp', {}, cookie)
  expect(begun.status, await begun.clone().text()).toBe(200)
  const { id, secret } = await jsonOf(begun)
  return { id, secret }
}

/** As a script of our own page posts it. */
export function post(app: App, path: string, body: unknown, cookie: string): Promise<Response> {
  return app.postJson(path, body, { cookie, origin: app.origin })
}

/** The first step: a pending login in the body, as programs get it. */
export async function pendingOf(
  app: App,
  { email, password }: Person,
  transport = 'bearer',
): Promise<string> {
  const answer = await app.postJson('/login', { email, password, transport })
  const body = await jsonOf(answer)
  expect([answer.status, body['requires_mfa']]).toEqual([200, true])
  return body['pending_token']
}

/** The first step: a pending login in a cookie, as browsers get it. */
export async function pendingCookieOf(
  app: App,
  { email, password }: Person,
  transport = 'cookie',
): Promise<string> {
  const answer = await app.postJson('/login', { email, password, transport })
  expect((await jsonOf(answer.clone()))['requires_mfa']).toBe(true)
  return cookieIn(answer)
}

export type Proof = { readonly code: unknown } | { readonly recovery_code: unknown }

/** The second step. */
export function prove(
  app: App,
  pending_token: string,
  proof: Proof,
  headers: HeaderRecord = {},
): Promise<Response> {
  return app.postJson('/login/factor', { pending_token, ...proof }, headers)
}

/** Both steps, by a pending login of its own: 200, or the code of the problem. */
export async function signInWith(app: App, person: Person, proof: Proof): Promise<200 | string> {
  return outcome(await prove(app, await pendingOf(app, person), proof))
}

/** 200, or the code of the problem. */
export async function outcome(answer: Response): Promise<200 | string> {
  return answer.status === 200 ? 200 : (await jsonOf(answer))['code']
}

/** The public part of a refusal: what must not differ between reasons. */
export async function refusal(answer: Response): Promise<unknown> {
  const { request_id: _, ...said } = await jsonOf(answer)
  return { status: answer.status, cookies: answer.headers.getSetCookie(), ...said }
}

export function remove(app: App, cookie: string, body: unknown): Promise<Response> {
  const headers = { cookie, origin: app.origin, 'content-type': 'application/json' }
  return app.request('DELETE', '/factors/totp', headers, JSON.stringify(body))
}

/** What GET /factors says. */
export async function factorsOf(app: App, cookie: string): Promise<Record<string, unknown>> {
  return jsonOf(await app.get('/factors', { cookie }))
}
