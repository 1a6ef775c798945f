import { randomBytes } from 'node:crypto'
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server'
import { expect } from 'vitest'
import { seconds } from '../../src/kernel/clock.ts'
import { type App, asJson, cookieIn, jsonOf, type Person } from './app.ts'
import { codeNow } from './authenticator.ts'
import { post, remove, setUp, signInWith } from './second-factor.ts'
import { flag, SoftAuthenticator } from './soft-passkey.ts'
import type { Standing } from './ways-in-model.ts'

/** Where an account stands with its factors, and how it came there. */
export const states = [
  'nothing yet',
  'an app',
  'an app and a passkey',
  'a passkey',
  'a disabled app',
  'a disabled app and a passkey',
  'recovery codes alone',
  'nothing any more',
  'an app, the passkey removed',
  'a passkey, the app removed',
  'its app removed',
  'its passkey removed',
] as const

export type State = (typeof states)[number]

/** A browser that was trusted. */
export interface Device {
  readonly cookie: string
  readonly epoch: number
}

/** Somebody with everything that they ever had, also what is worth nothing any more. */
export interface Subject {
  readonly person: Person
  readonly standing: Standing
  secret: string | undefined
  /** The code that was shown last, and the one that was accepted last. */
  shownCode: string | undefined
  usedCode: string | undefined
  codes: string[]
  spent: string[]
  readonly authenticator: SoftAuthenticator
  devices: Device[]
  /** Wrong codes in a row. */
  failures: number
  /** In the session in which all this was set up. */
  cookie: string
}

export const touched = { flags: flag.userPresent }
export const verified = { flags: flag.userPresent | flag.userVerified }

/** Brings an account there over HTTP, as its owner would. */
export async function subjectIn(app: App, state: State): Promise<Subject> {
  const person = await app.registered()
  const subject: Subject = {
    person,
    standing: { app: 'none', hasPasskey: false, codes: 0, epoch: 0 },
    secret: undefined,
    shownCode: undefined,
    usedCode: undefined,
    codes: [],
    spent: [],
    authenticator: new SoftAuthenticator(),
    devices: [],
    failures: 0,
    cookie: '',
  }
  if (state === 'nothing yet') {
    await strayPasskey(app, subject)
    return subject
  }
  subject.cookie = await app.cookieOf(person)
  if (!['a passkey', 'its passkey removed'].includes(state)) {
    await addApp(app, subject)
    await trust(app, subject)
  }
  if (state.includes('passkey')) await addPasskey(app, subject)
  else await strayPasskey(app, subject)
  if (state.endsWith('app and a passkey')) await trust(app, subject)
  if (state.includes('disabled') || ['recovery codes alone', 'nothing any more'].includes(state)) {
    await disableApp(app, subject)
  }
  if (state === 'recovery codes alone') await spendCodes(app, subject, 4)
  if (state === 'nothing any more') await spendCodes(app, subject, 10)
  if (state.endsWith('app removed')) await removeApp(app, subject)
  if (state.endsWith('passkey removed')) await removePasskey(app, subject)
  if (state === 'an app, the passkey removed') await trust(app, subject)
  return subject
}

/** What its app shows, or the one that it had, once the clock has moved on to a code that was not used. */
export function nextCode(app: App, subject: Subject): string {
  app.clock.advance(seconds(30))
  const { secret } = subject
  subject.shownCode = secret === undefined ? undefined : codeNow(secret, app.clock.now())
  return subject.shownCode ?? '314159'
}

/** Six digits that its app does not show now, or soon. */
export function wrongCode(app: App, { secret }: Subject): string {
  const shown = [-2, -1, 0, 1, 2].map(
    (steps) => secret && codeNow(secret, app.clock.now() + steps * seconds(30)),
  )
  const codes = ['314159', '271828', '141421', '577215', '161803', '662607']
  return codes.find((code) => !shown.includes(code)) as string
}

/** Signs in with a code, and has the browser trusted. */
async function trust(app: App, subject: Subject): Promise<void> {
  const { email, password } = subject.person
  const body = { email, password, totp_token: nextCode(app, subject), trust_device: true }
  const answer = await app.postJson('/login', body)
  const cookie = cookiesIn(answer).find((one) => one.startsWith('sallyport_device='))
  expect(cookie).toBeDefined()
  subject.usedCode = subject.shownCode
  subject.devices.push({ cookie: cookie as string, epoch: subject.standing.epoch })
}

/** What a browser keeps of an answer. */
export function cookiesIn(answer: Response): string[] {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] as string)
    .filter((pair) => !pair.endsWith('='))
}

async function addApp(app: App, subject: Subject): Promise<void> {
  const { cookie, secret, recoveryCodes } = await setUp(app, subject.cookie)
  Object.assign(subject, { cookie, secret, codes: [...recoveryCodes] })
  changed(subject, { app: 'works', codes: 10 })
}

async function addPasskey(app: App, subject: Subject): Promise<void> {
  const { publicKey } = await jsonOf(await post(app, '/passkeys/options', {}, subject.cookie))
  const credential = subject.authenticator.create(publicKey, { origin: app.origin })
  const added = await post(app, '/passkeys', { credential }, subject.cookie)
  expect(added.status, await added.clone().text()).toBe(201)
  subject.cookie = cookieIn(added)
  const { recovery_codes: codes } = await jsonOf(added)
  if (codes) subject.codes = codes
  changed(subject, { hasPasskey: true, codes: subject.codes.length })
}

/** One that this service has never been told of. */
async function strayPasskey(app: App, { authenticator }: Subject): Promise<void> {
  const { publicKey } = await jsonOf(await app.postJson('/login/passkey/options', {}))
  const asked = {
    rp: { id: publicKey.rpId, name: '' },
    user: { id: randomBytes(16).toString('base64url'), name: '', displayName: '' },
    challenge: publicKey.challenge,
    pubKeyCredParams: [{ alg: -8, type: 'public-key' }],
  } as PublicKeyCredentialCreationOptionsJSON
  authenticator.create(asked, { origin: app.origin })
}

async function disableApp(app: App, subject: Subject): Promise<void> {
  const code = wrongCode(app, subject)
  for (let count = 0; count < 100; count++) {
    expect((await remove(app, subject.cookie, { code })).status).toBe(403)
  }
  subject.standing.app = 'disabled'
}

async function spendCodes(app: App, subject: Subject, count: number): Promise<void> {
  for (const recovery_code of subject.codes.splice(0, count)) {
    expect(await signInWith(app, subject.person, { recovery_code })).toBe(200)
    subject.spent.push(recovery_code)
  }
  subject.standing.codes = subject.codes.length
}

async function removeApp(app: App, subject: Subject): Promise<void> {
  await take(app, subject, '/factors/totp')
  changed(subject, { app: 'none' })
}

async function removePasskey(app: App, subject: Subject): Promise<void> {
  const { passkeys } = await jsonOf(await app.get('/passkeys', { cookie: subject.cookie }))
  await take(app, subject, `/passkeys/${passkeys[0].id}`)
  changed(subject, { hasPasskey: false })
}

async function take(app: App, subject: Subject, path: string): Promise<void> {
  const recovery_code = subject.codes.shift() as string
  subject.spent.push(recovery_code)
  const headers = { ...asJson, cookie: subject.cookie, origin: app.origin }
  const taken = await app.request('DELETE', path, headers, JSON.stringify({ recovery_code }))
  expect(taken.status, await taken.clone().text()).toBe(200)
  subject.cookie = cookieIn(taken)
}

function changed({ standing, codes, spent }: Subject, change: Partial<Standing>): void {
  Object.assign(standing, { codes: codes.length }, change, { epoch: standing.epoch + 1 })
  if (standing.app !== 'none' || standing.hasPasskey) return
  standing.codes = 0
  spent.push(...codes.splice(0))
}
