import { expect } from 'vitest'
import { type App, asJson, cookieIn, type HeaderRecord, jsonOf, type Person } from './app.ts'
import { post } from './second-factor.ts'
import {
  type Assertion,
  type Creation,
  SoftAuthenticator,
  type SoftAuthenticatorOptions,
} from './soft-passkey.ts'

/** Somebody whose account has a passkey and no app. */
export interface Keyed {
  readonly person: Person
  /** The session that added the passkey, and is fresh. */
  readonly cookie: string
  readonly key: SoftAuthenticator
  /** Of the passkey, in addresses. */
  readonly id: string
  readonly recoveryCodes: readonly string[]
}

export async function keyed(
  app: App,
  person?: Person,
  options: SoftAuthenticatorOptions = {},
): Promise<Keyed> {
  const somebody = person ?? (await app.registered())
  return { person: somebody, ...(await addKey(app, await app.cookieOf(somebody), options)) }
}

/** Adds a passkey in this session. */
export async function addKey(
  app: App,
  cookie: string,
  options: SoftAuthenticatorOptions = {},
): Promise<Omit<Keyed, 'person'>> {
  const key = new SoftAuthenticator(options)
  const credential = await creation(app, cookie, key)
  const added = await post(app, '/passkeys', { credential, name: 'Key' }, cookie)
  expect(added.status, await added.clone().text()).toBe(201)
  const { passkey, recovery_codes = [] } = await jsonOf(added)
  return { cookie: cookieIn(added), key, id: passkey.id, recoveryCodes: recovery_codes }
}

/** What the page would send to POST /passkeys. */
export async function creation(
  app: App,
  cookie: string,
  key: SoftAuthenticator,
  told: Partial<Creation> = {},
) {
  const begun = await post(app, '/passkeys/options', {}, cookie)
  expect(begun.status, await begun.clone().text()).toBe(200)
  return key.create((await jsonOf(begun))['publicKey'], { origin: app.origin, ...told })
}

/** A browser that is about to sign in by a passkey: its cookie, and what it was asked. */
export async function signInAsked(app: App) {
  const begun = await app.postJson('/login/passkey/options', {}, { origin: app.origin })
  expect(begun.status, await begun.clone().text()).toBe(200)
  return { cookie: cookieIn(begun), publicKey: (await jsonOf(begun))['publicKey'] }
}

export async function signInByKey(
  app: App,
  key: SoftAuthenticator,
  told: Partial<Assertion> = {},
  more: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  const { cookie, publicKey } = await signInAsked(app)
  const credential = key.get(publicKey, { origin: app.origin, ...told })
  return post(app, '/login/passkey', { credential, ...more }, cookie)
}

/** What is asked in the second step of a program. */
export async function factorAsked(app: App, pending_token: string) {
  const begun = await app.postJson('/login/factor/options', { pending_token })
  expect(begun.status, await begun.clone().text()).toBe(200)
  return (await jsonOf(begun))['publicKey']
}

/** What is asked of who has to confirm that it is them. */
export async function confirmAsked(app: App, cookie: string) {
  const begun = await post(app, '/confirm/options', {}, cookie)
  expect(begun.status, await begun.clone().text()).toBe(200)
  return (await jsonOf(begun))['publicKey']
}

/** The session goes on under the cookie that is given. */
export async function confirmed(app: App, cookie: string, proof: object): Promise<string> {
  const answer = await post(app, '/confirm', proof, cookie)
  expect(answer.status, await answer.clone().text()).toBe(200)
  return cookieIn(answer)
}

export function removeKey(app: App, id: string, cookie: string, proof: object): Promise<Response> {
  const headers: HeaderRecord = { ...asJson, cookie, origin: app.origin }
  return app.request('DELETE', `/passkeys/${id}`, headers, JSON.stringify(proof))
}

/** `name=value` of the cookie of this name. */
export function cookieNamed(answer: Response, name: string): string | undefined {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] as string)
    .find((pair) => pair.startsWith(`${name}=`) && pair !== `${name}=`)
}

/** The first step with a password, then this proof, on a device that is to be trusted. */
export async function trustedSignIn(
  app: App,
  { email, password }: Person,
  code: string,
): Promise<{ readonly device: string; readonly cookie: string }> {
  const body = { email, password, totp_token: code, trust_device: true }
  const answer = await app.postJson('/login', body, { origin: app.origin })
  expect(answer.status, await answer.clone().text()).toBe(200)
  const device = cookieNamed(answer, 'sallyport_device')
  const cookie = cookieNamed(answer, 'sallyport')
  expect([typeof device, typeof cookie]).toEqual(['string', 'string'])
  return { device: device as string, cookie: cookie as string }
}
