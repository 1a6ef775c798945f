import { z } from 'zod'
import type { EnrolledOutcome, EnrolmentRefusal } from '../core/flows/enrolment/index.ts'
import { Secret } from '../kernel/secret.ts'
import { enrolmentPage } from '../pages/enrolment.ts'
import { recoveryCodesPage } from '../pages/recovery-codes.ts'
import { requiredPage } from '../pages/required.ts'
import { withCookies } from './answers.ts'
import { deviceOf } from './device.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { type ConfirmBody, enrolmentAnswer, enrolmentShown } from './factors.ts'
import { whatSpeaksFor } from './hand-over.ts'
import { arriving, loginRefusals, settled } from './login.ts'
import { expired, type PendingBody, pendingIn } from './login-factor.ts'
import { type Problem, problem } from './problems.ts'
import { credential } from './proofs.ts'
import { text } from './shape.ts'

const page = '/login/enrolment'
const app = `${page}/app`

export const pendingShape: z.ZodType<PendingBody> = z.object({ pending_token: text })

type EnrolConfirmBody = ConfirmBody & PendingBody

export const enrolConfirmShape: z.ZodType<EnrolConfirmBody> = z.object({
  id: z.string(),
  code: z.string(),
  pending_token: text,
})

interface EnrolPasskeyBody extends PendingBody {
  readonly credential?: unknown
}

export const enrolPasskeyShape: z.ZodType<EnrolPasskeyBody> = z.object({
  credential,
  pending_token: text,
})

const refusals: Readonly<Record<EnrolmentRefusal, Problem>> = {
  login_expired: loginRefusals.login_expired,
  too_many_sessions: loginRefusals.too_many_sessions,
  wrong_code: loginRefusals.wrong_code,
  passkey_refused: loginRefusals.passkey_refused,
  no_enrolment: problem('no_enrolment'),
  passkey_known: problem('passkey_known'),
  too_many_passkeys: problem('too_many_passkeys'),
}

/** `GET /login/enrolment`: a second factor is required here, and this account has none yet. */
export async function showRequired(exchange: Exchange): Promise<Response> {
  const { context, requestId } = exchange
  const html = await requiredForm(exchange, {}, [])
  return html === undefined ? expired(exchange) : context.answers.page(requestId, 200, html)
}

export const requiredForm: FormPage<string | undefined> = async (exchange, _given, problems) => {
  const { context } = exchange
  const pending = pendingIn(exchange, undefined)
  const waiting = pending && (await context.login.waiting(pending))
  if (waiting?.due.kind !== 'enrolment') return undefined
  return requiredPage({ frame: context.frame, problems })
}

/** `POST /login/enrolment/app`: begins to set up an authenticator app. */
export async function beginApp(
  exchange: Exchange & { readonly body: PendingBody },
): Promise<Response> {
  const { context, requestId, audience, body } = exchange
  const pending = pendingIn(exchange, body.pending_token)
  const enrolment = pending && (await context.enrolment.begin(pending))
  if (!enrolment) return expired(exchange)
  return audience === 'page'
    ? context.answers.redirect(requestId, `${app}?id=${enrolment.id}`)
    : context.answers.json(requestId, 200, enrolmentAnswer(enrolment))
}

/** `GET /login/enrolment/app`: the QR code, and where its first code is entered. */
export async function showApp(exchange: Exchange): Promise<Response> {
  const { context, requestId, query } = exchange
  const html = await appForm(exchange, { id: query.get('id') ?? '' }, [])
  if (html === undefined) return context.answers.redirect(requestId, page)
  return context.answers.page(requestId, 200, html)
}

export const appForm: FormPage<string | undefined> = async (exchange, given, problems) => {
  const { context } = exchange
  const pending = pendingIn(exchange, undefined)
  const shown = pending && (await context.enrolment.shown(pending, given['id'] ?? ''))
  if (!shown) return undefined
  return enrolmentPage({
    frame: context.frame,
    ...enrolmentShown(shown),
    action: `${app}/confirm`,
    back: { href: page, text: 'Choose another way' },
    problems,
    csrfToken: undefined,
  })
}

/** `POST /login/enrolment/app/confirm`: the first code, and with it the sign-in. */
export async function submitApp(
  exchange: Exchange & { readonly body: EnrolConfirmBody },
): Promise<Response> {
  const { context, body } = exchange
  const pending = pendingIn(exchange, body.pending_token)
  if (!pending) return expired(exchange)
  const attempt = { pending, ...arriving(exchange) }
  const outcome = await context.enrolment.withApp(attempt, body.id, new Secret(body.code))
  return answerEnrolled(exchange, outcome, 'enrolment')
}

/** `POST /login/enrolment/passkey/options`: what a browser needs to make a passkey. */
export async function enrolPasskeyOptions(
  exchange: Exchange & { readonly body: PendingBody },
): Promise<Response> {
  const { context, requestId, body } = exchange
  const pending = pendingIn(exchange, body.pending_token)
  const publicKey = pending && (await context.enrolment.passkeyOptions(pending))
  if (!publicKey) return refuse(exchange, refusals.login_expired)
  return context.answers.json(requestId, 200, { publicKey })
}

/** `POST /login/enrolment/passkey`: the passkey, and with it the sign-in. */
export async function submitNewPasskey(
  exchange: Exchange & { readonly body: EnrolPasskeyBody },
): Promise<Response> {
  const { context, body, client } = exchange
  const pending = pendingIn(exchange, body.pending_token)
  if (!pending) return expired(exchange)
  const made = { response: body.credential, name: deviceOf(client.agent) }
  const outcome = await context.enrolment.withPasskey({ pending, ...arriving(exchange) }, made)
  return answerEnrolled(exchange, outcome, 'passkey')
}

/** The recovery codes are shown this once. */
async function answerEnrolled(
  exchange: Exchange & { readonly body: PendingBody },
  outcome: EnrolledOutcome,
  after: 'enrolment' | 'passkey',
): Promise<Response> {
  const { context, requestId, audience, body } = exchange
  if (outcome.kind === 'refused') {
    return outcome.reason === 'login_expired'
      ? expired(exchange)
      : refuse(exchange, refusals[outcome.reason])
  }
  const codes = outcome.codes.map((code) => code.expose())
  const isInCookies = body.pending_token === undefined
  const speaks = await whatSpeaksFor(exchange, outcome, isInCookies)
  const cookies = [...speaks.cookies, ...settled(exchange, outcome, isInCookies)]
  if (audience === 'page') {
    const html = recoveryCodesPage({ frame: context.frame, codes, after, onward: '/dashboard' })
    return withCookies(context.answers.page(requestId, 200, html), cookies)
  }
  const answer = { ...speaks.body, message: 'Login successful', recovery_codes: codes }
  return withCookies(context.answers.json(requestId, 200, answer), cookies)
}
