import { expect } from 'vitest'
import { type Duration, minutes } from '../../src/kernel/clock.ts'
import { type App, jsonOf } from './app.ts'
import { codeNow } from './authenticator.ts'
import { postFields } from './tokens.ts'
import type { Give, Outcome, Told, Waiting } from './ways-in-model.ts'
import { WaysIn } from './ways-in-model.ts'
import {
  cookiesIn,
  type Device,
  nextCode,
  type Subject,
  touched,
  verified,
  wrongCode,
} from './ways-in-people.ts'

export const transports = ['cookie', 'bearer', 'token', 'token-cookie'] as const

type Transport = (typeof transports)[number]

/** What the browser of this sign-in was trusted by: the newest device of the account, its first one, or another account. */
export type Browser = 'unknown' | 'trusted' | 'trusted once' | 'trusted by somebody else'

export type Step =
  | {
      readonly way: 'password'
      readonly transport: Transport
      readonly isRight: boolean
      readonly code: 'right' | 'wrong' | undefined
      readonly browser: Browser
    }
  | { readonly way: 'grant'; readonly isRight: boolean }
  | {
      readonly way: 'passkey'
      readonly transport: Transport
      readonly isVerified: boolean
      readonly browser: Browser
    }
  | {
      readonly way: 'factor'
      readonly give: Give
      readonly browser: Browser
      readonly back: number
    }
  | {
      readonly way: 'enrolment'
      readonly what: 'app' | 'passkey'
      readonly isRight: boolean
      readonly back: number
    }
  | { readonly way: 'pause'; readonly minutes: number }

/** A sign-in that waits, and how the client goes on with it. */
interface Held {
  readonly waiting: Waiting | undefined
  readonly body: { readonly pending_token?: string }
  readonly cookie: string | undefined
}

/** Nothing waits under it. */
const stray: Held = { waiting: undefined, body: { pending_token: 'nonsense' }, cookie: undefined }

export interface Place {
  readonly app: App
  readonly isRequired: boolean
  readonly stranger: Subject
}

/** One client that tries to get in as somebody: each step is taken for real, and compared with the rules. */
export class Attempt {
  readonly #place: Place
  readonly #subject: Subject
  readonly #rules: WaysIn
  readonly #held: Held[] = []

  constructor(place: Place, subject: Subject) {
    this.#place = place
    this.#subject = subject
    this.#rules = new WaysIn(subject.standing, place)
  }

  /** What came of it, which is what should. */
  async take(step: Step): Promise<Outcome | 'paused'> {
    switch (step.way) {
      case 'password':
        return this.#password(step)
      case 'grant':
        return this.#grant(step)
      case 'passkey':
        return this.#passkey(step)
      case 'factor':
        return this.#factor(step)
      case 'enrolment':
        return this.#enrol(step)
      case 'pause':
        this.#app.clock.advance(minutes(step.minutes) as Duration)
        return 'paused'
    }
  }

  get #app(): App {
    return this.#place.app
  }

  async #password({ transport, isRight, code, browser }: Step & { way: 'password' }) {
    const { email } = this.#subject.person
    const cookie = this.#deviceIn(browser)?.cookie
    const totp_token = code && (code === 'right' ? this.#nextCode() : this.#wrongCode())
    const body = { email, password: this.#passwordIf(isRight), totp_token, transport }
    const answer = await this.#post('/login', body, cookie)
    const told = this.#rules.password(isRight, code, this.#at(browser))
    const isLookedAt = isRight && this.#subject.standing.app === 'works'
    if (code && isLookedAt) this.#counted(code === 'right')
    return this.#seen(answer, told)
  }

  async #grant({ isRight }: Step & { way: 'grant' }) {
    const { email } = this.#subject.person
    const fields = { username: email, password: this.#passwordIf(isRight), grant_type: 'password' }
    const answer = await postFields(this.#app, '/token', fields)
    return this.#seen(answer, this.#rules.password(isRight, undefined, this.#at('unknown')))
  }

  async #passkey({ transport, isVerified, browser }: Step & { way: 'passkey' }) {
    const { origin } = this.#app
    const asked = await this.#post('/login/passkey/options', {})
    const { publicKey } = await jsonOf(asked.clone())
    const told = isVerified ? verified : touched
    const credential = this.#subject.authenticator.get(publicKey, { origin, ...told })
    const cookie = [...cookiesIn(asked), this.#deviceIn(browser)?.cookie].filter(Boolean).join('; ')
    const answer = await this.#post('/login/passkey', { credential, transport }, cookie)
    return this.#seen(answer, this.#rules.passkey(isVerified, this.#at(browser)))
  }

  async #factor({ give, browser, back }: Step & { way: 'factor' }) {
    const held = this.#held.at(-1 - back) ?? stray
    const device = this.#deviceIn(browser)?.cookie
    const cookie = [held.cookie, device].filter(Boolean).join('; ')
    const proof = await this.#proofOf(give, held)
    const at = this.#at(browser)
    const { waiting } = held
    const tries = waiting?.tries
    const isAsked = waiting !== undefined && this.#rules.asksFor(waiting, give)
    const told = this.#rules.factor(waiting, give, at)
    const answer = await this.#post('/login/factor', { ...held.body, ...proof }, cookie)
    const isLookedAt = isAsked && waiting.tries !== tries
    if (isLookedAt && give.endsWith('code') && !give.includes('recovery')) {
      this.#counted(give === 'code')
    }
    if (isLookedAt && give === 'recovery code') {
      this.#subject.spent.push(...this.#subject.codes.splice(0, 1))
    }
    return this.#seen(answer, told)
  }

  async #enrol({ what, isRight, back }: Step & { way: 'enrolment' }) {
    const held = this.#held.at(-1 - back) ?? stray
    const may =
      held.waiting !== undefined && this.#rules.mayEnrol(held.waiting, this.#at('unknown'))
    const answer = await (what === 'app'
      ? this.#enrolApp(held, isRight, may)
      : this.#enrolPasskey(held, isRight, may))
    const told = this.#rules.enrolment(held.waiting, what, isRight, this.#at('unknown'))
    if (told.outcome === 'session') {
      this.#subject.codes = (await jsonOf(answer.clone()))['recovery_codes']
      expect(this.#subject.codes).toHaveLength(10)
    }
    return this.#seen(answer, told)
  }

  async #enrolApp(held: Held, isRight: boolean, may: boolean): Promise<Response> {
    const path = '/login/enrolment/app'
    const begun = await this.#post(path, held.body, held.cookie)
    expect([path, begun.status]).toEqual([path, may ? 200 : 401])
    const { id = 'totp_none', secret } = await jsonOf(begun)
    if (secret) this.#subject.secret = secret
    const code = isRight && secret ? codeNow(secret, this.#app.clock.now()) : this.#wrongCode()
    return this.#post(`${path}/confirm`, { ...held.body, id, code }, held.cookie)
  }

  async #enrolPasskey(held: Held, isRight: boolean, may: boolean): Promise<Response> {
    const path = '/login/enrolment/passkey'
    const asked = await this.#post(`${path}/options`, held.body, held.cookie)
    expect([path, asked.status]).toEqual([path, may ? 200 : 401])
    const { publicKey } = may ? await jsonOf(asked) : { publicKey: creation }
    const { origin } = this.#app
    const told = isRight ? { origin } : { origin, challenge: 'x' }
    const { authenticator } = this.#subject
    const credential = authenticator.create(publicKey, told)
    // A browser forgets what was refused: the next answer would be by what nobody knows.
    if (!isRight || !may) authenticator.credentials.pop()
    return this.#post(path, { ...held.body, credential }, held.cookie)
  }

  async #proofOf(give: Give, held: Held): Promise<object> {
    const { codes, spent, usedCode } = this.#subject
    const unknown = 'aaaaa-aaaaa-aaaaa-aaaaa'
    switch (give) {
      case 'code':
        return { code: this.#nextCode() }
      case 'wrong code':
        return { code: this.#wrongCode() }
      case 'used code':
        return { code: usedCode ?? this.#wrongCode() }
      case 'recovery code':
        return { recovery_code: codes[0] ?? spent[0] ?? unknown }
      case 'used recovery code':
        return { recovery_code: spent.at(-1) ?? unknown }
      case 'passkey verified':
      case 'passkey touched':
        return this.#asserted(held, this.#subject, give === 'passkey verified' ? verified : touched)
      case 'passkey of somebody else':
        return this.#asserted(held, this.#place.stranger, verified)
      case 'password':
      case 'wrong password':
        return { password: this.#passwordIf(give === 'password') }
    }
  }

  /** Where nothing waits any more, it answers what somebody was asked elsewhere. */
  async #asserted(held: Held, by: Subject, told: { readonly flags: number }): Promise<object> {
    const asked = await this.#post('/login/factor/options', held.body, held.cookie)
    const other = asked.status === 200 ? asked : await this.#post('/login/passkey/options', {})
    const { publicKey } = await jsonOf(other)
    const { origin } = this.#app
    const any = { ...publicKey, allowCredentials: [] }
    return { credential: by.authenticator.get(any, { origin, ...told }) }
  }

  /** What an answer gives, all of it tried. */
  async #seen(answer: Response, { outcome, waiting }: Told): Promise<Outcome> {
    const { app } = this.#place
    const cookies = cookiesIn(answer)
    const body = await jsonOf(answer.clone())
    const token = body['session_id'] ?? body['access_token']
    const cookie = cookies.join('; ')
    const headers = token ? { authorization: `Bearer ${token}` } : { cookie }
    const me = await app.get('/me', headers)
    const seen = me.status === 200 ? 'session' : outcomeIn(answer, body)
    const isGrant = body['error'] === 'mfa_required'
    expect(seen).toBe(isGrant && outcome === 'enrolment' ? 'factor' : outcome)
    if (outcome === 'session') {
      expect([answer.status < 300, (await jsonOf(me))['email']]).toEqual([
        true,
        this.#subject.person.email,
      ])
    } else {
      const session = cookies.filter((one) => /^(sallyport|access_token|refresh_token)=/.test(one))
      expect([token, body['refresh_token'], session]).toEqual([undefined, undefined, []])
    }
    if (waiting) this.#held.push(await this.#heldFrom(body, cookies, waiting))
    return outcome
  }

  /** What waits is no session, however it is presented. */
  async #heldFrom(
    body: Record<string, string>,
    cookies: readonly string[],
    waiting: Waiting,
  ): Promise<Held> {
    const pending_token = body['pending_token'] ?? body['mfa_token']
    const cookie = cookies.find((one) => one.startsWith('sallyport_login='))
    const secret = pending_token ?? cookie?.split('=')[1]
    expect(secret).toMatch(/^pnd_/)
    expect(await this.#app.meStatus({ authorization: `Bearer ${secret}` })).toBe(401)
    expect(await this.#app.meStatus({ cookie: `sallyport=${secret}` })).toBe(401)
    return { waiting, body: pending_token ? { pending_token } : {}, cookie }
  }

  #deviceIn(browser: Browser): Device | undefined {
    if (browser === 'trusted') return this.#subject.devices.at(-1)
    if (browser === 'trusted once') return this.#subject.devices[0]
    return browser === 'unknown' ? undefined : this.#place.stranger.devices.at(-1)
  }

  #at(browser: Browser) {
    const device = this.#deviceIn(browser)
    const { devices, standing } = this.#subject
    const isOwn = device !== undefined && devices.includes(device)
    return {
      now: this.#app.clock.now(),
      isTrusted: isOwn && device.epoch === standing.epoch,
    }
  }

  #post(path: string, body: object, cookie?: string): Promise<Response> {
    const { app } = this.#place
    return app.postJson(path, body, { origin: app.origin, ...(cookie && { cookie }) })
  }

  #passwordIf(isRight: boolean): string {
    return isRight ? this.#subject.person.password : 'another harbour lantern'
  }

  #nextCode(): string {
    return nextCode(this.#app, this.#subject)
  }

  #wrongCode(): string {
    return wrongCode(this.#app, this.#subject)
  }

  #counted(isRight: boolean): void {
    this.#subject.failures = isRight ? 0 : this.#subject.failures + 1
    if (isRight) this.#subject.usedCode = this.#subject.shownCode
  }
}

function outcomeIn({ status }: Response, body: Record<string, unknown>): Outcome | undefined {
  if (body['requires_mfa'] === true) {
    return body['enrolment_required'] === true ? 'enrolment' : 'factor'
  }
  if (body['error'] === 'mfa_required') return 'factor'
  return status >= 400 && status < 500 ? 'refused' : undefined
}

/** What a browser is asked for where nothing is asked. */
const creation = {
  rp: { id: '127.0.0.1', name: '' },
  user: { id: 'AAAA', name: '', displayName: '' },
  challenge: 'AAAA',
  pubKeyCredParams: [{ alg: -8, type: 'public-key' }],
} as const
