import { z } from 'zod'
import { Secret } from '../kernel/secret.ts'
import { enrolmentPage } from '../pages/enrolment.ts'
import { recoveryCodesPage } from '../pages/recovery-codes.ts'
import { securityPage } from '../pages/security.ts'
import { withCookies } from './answers.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { type ConfirmBody, factorRefusals, qrOf } from './factors.ts'
import { handOver, whatSpeaksFor } from './hand-over.ts'
import type { SignedIn } from './route.ts'

type SignedInExchange = Exchange & SignedIn

const page = '/account/security'
const enrolment = `${page}/app`

/** `GET /account/security`: what protects the account. */
export async function showSecurity(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, actor } = exchange
  return context.answers.page(requestId, 200, await securityOf(exchange, actor, []))
}

export const securityForm: FormPage<string | undefined> = (exchange, _given, problems) =>
  exchange.actor && securityOf(exchange, exchange.actor, problems)

async function securityOf(
  { context, query }: Exchange,
  actor: SignedIn['actor'],
  problems: Parameters<FormPage>[2],
): Promise<string> {
  const { isNeeded, totp, recoveryCodes } = await context.secondFactor.standing(actor)
  return securityPage({
    frame: context.frame,
    app: isNeeded ? (totp ? 'in_use' : 'disabled') : 'none',
    recoveryCodes,
    fresh: context.sessions.isFresh(actor.session),
    notice: noticeIn(query.get('notice')),
    problems,
    csrfToken: context.formTokens.make(actor.session),
  })
}

const notices = ['removed', 'recovery_code_used'] as const

function noticeIn(text: string | undefined): (typeof notices)[number] | undefined {
  return notices.find((one) => one === text)
}

/** `POST /account/security/app`: begins to set up an authenticator app. */
export async function beginEnrolment(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.enrol(exchange)
  if (outcome.kind === 'refused') return sentBack(exchange, outcome.reason)
  return context.answers.redirect(requestId, enrolment)
}

/** `GET /account/security/app`: the QR code, and where its first code is entered. */
export async function showEnrolment(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const html = await enrolmentForm(exchange, {}, [])
  if (html === undefined) return context.answers.redirect(requestId, page)
  return context.answers.page(requestId, 200, html)
}

export const enrolmentForm: FormPage<string | undefined> = async (
  { context, actor },
  _given,
  problems,
) => {
  const shown = actor && (await context.secondFactor.enrolment(actor))
  if (!shown) return undefined
  return enrolmentPage({
    frame: context.frame,
    id: shown.id,
    qr: qrOf(shown),
    uri: shown.uri.expose(),
    typed: shown.typed.expose(),
    problems,
    csrfToken: context.formTokens.make(actor.session),
  })
}

/** `POST /account/security/app/confirm`: answered with the recovery codes, which are shown this once. */
export async function submitConfirmation(
  exchange: SignedInExchange & { readonly body: ConfirmBody },
): Promise<Response> {
  const { context, requestId, body } = exchange
  const outcome = await context.secondFactor.confirm(exchange, body.id, new Secret(body.code))
  if (outcome.kind === 'refused') {
    if (outcome.reason !== 'wrong_code') return sentBack(exchange, outcome.reason)
    return refuse(exchange, factorRefusals.wrong_code)
  }
  const { cookies } = await whatSpeaksFor(exchange, outcome)
  const html = recoveryCodesPage({
    frame: context.frame,
    codes: outcome.codes.map((code) => code.expose()),
    after: 'enrolment',
  })
  return withCookies(context.answers.page(requestId, 200, html), cookies)
}

/** `POST /account/security/recovery-codes`. */
export async function submitNewCodes(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.renewCodes(exchange)
  if (outcome.kind === 'refused') return sentBack(exchange, outcome.reason)
  const codes = outcome.codes.map((code) => code.expose())
  const html = recoveryCodesPage({ frame: context.frame, codes, after: 'renewal' })
  return context.answers.page(requestId, 200, html)
}

interface RemovalBody {
  /** A code of the app, or a recovery code: six digits are the former. */
  readonly code: string
}

export const removalShape: z.ZodType<RemovalBody> = z.object({ code: z.string() })

/** `POST /account/security/app/remove`. */
export async function submitRemoval(
  exchange: SignedInExchange & { readonly body: RemovalBody },
): Promise<Response> {
  const { body, context } = exchange
  const code = new Secret(body.code)
  const kind = /^[\d \t]*$/.test(body.code) ? 'totp' : 'recovery_code'
  const outcome = await context.secondFactor.remove(exchange, { kind, code })
  if (outcome.kind === 'refused') {
    if (outcome.reason !== 'wrong_code') return sentBack(exchange, outcome.reason)
    return refuse(exchange, factorRefusals.wrong_code)
  }
  return handOver(exchange, outcome, {
    message: 'Authenticator app removed',
    next: `${page}?notice=removed`,
  })
}

/** To where things stand, or to sign in again first. */
function sentBack({ context, requestId }: Exchange, reason: string): Response {
  const again = `/login?again&next=${encodeURIComponent(page)}`
  return context.answers.redirect(requestId, reason === 'not_fresh' ? again : page)
}
