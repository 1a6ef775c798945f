import type { z } from 'zod'
import type { Passkey } from '../core/passkeys/index.ts'
import { Secret } from '../kernel/secret.ts'
import { enrolmentPage } from '../pages/enrolment.ts'
import type { ListedPasskey } from '../pages/passkey.ts'
import { recoveryCodesPage } from '../pages/recovery-codes.ts'
import { securityPage } from '../pages/security.ts'
import { withCookies } from './answers.ts'
import { deviceOf } from './device.ts'
import { devicesOf } from './devices.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { type ConfirmBody, enrolmentShown, factorRefusals } from './factors.ts'
import { handOver, whatSpeaksFor } from './hand-over.ts'
import { originOf, tooMany } from './limits.ts'
import { eitherIn, type ProofBody, proofShapes } from './proofs.ts'
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
  exchange: Exchange,
  actor: SignedIn['actor'],
  problems: Parameters<FormPage>[2],
): Promise<string> {
  const { context, request, query } = exchange
  const owner = actor.accountId
  const app = await context.factors.app(owner)
  const codesMadeAt = await context.factors.recoveryCodesMadeAt(owner)
  const passwordSince = await context.passwords.changedAt(owner)
  const held = await context.secondFactor.heldBy(actor)
  const passkeys = await context.secondFactor.passkeys(actor)
  const devices = await devicesOf({ context, request, actor })
  const isRecent = (await context.stepUp.due(actor)) === undefined
  return securityPage({
    frame: context.frame,
    password: passwordSince === undefined ? undefined : { changedAt: new Date(passwordSince) },
    app: app
      ? {
          state: app.disabledAt === undefined ? 'in_use' : 'disabled',
          since: new Date(app.disabledAt ?? app.confirmedAt),
        }
      : { state: 'none' },
    recoveryCodes:
      codesMadeAt === undefined
        ? undefined
        : { left: held.recoveryCodes, madeAt: new Date(codesMadeAt) },
    passkeys: passkeys.map(shownPasskey),
    // Like sessions: a list of places is not for a screen that was left open.
    devices: (isRecent ? devices : []).map(({ id, agent, address, isCurrent, ...times }) => ({
      id,
      device: deviceOf(agent),
      address,
      current: isCurrent,
      createdAt: new Date(times.createdAt),
      seenAt: new Date(times.seenAt),
      expiresAt: new Date(times.expiresAt),
    })),
    recent: isRecent,
    required: await context.secondFactor.isRequired(actor),
    notice: noticeIn(query.get('notice')),
    problems,
    csrfToken: context.formTokens.make(actor.session),
  })
}

export function shownPasskey({ id, name, createdAt, usedAt, backedUp }: Passkey): ListedPasskey {
  return {
    id,
    name,
    createdAt: new Date(createdAt),
    usedAt: usedAt === undefined ? undefined : new Date(usedAt),
    synced: backedUp,
  }
}

const notices = [
  'app_added',
  'app_removed',
  'recovery_code_used',
  'passkey_added',
  'passkey_removed',
  'passkey_renamed',
  'device_removed',
  'nothing_to_confirm',
] as const

function noticeIn(text: string | undefined): (typeof notices)[number] | undefined {
  return notices.find((one) => one === text)
}

/** `POST /account/security/app`: begins to set up an authenticator app. */
export async function beginEnrolment(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.enrol(exchange)
  if (outcome.kind === 'refused') return context.answers.redirect(requestId, page)
  return context.answers.redirect(requestId, `${enrolment}?id=${outcome.enrolment.id}`)
}

/** `GET /account/security/app`: the QR code, and where its first code is entered. */
export async function showEnrolment(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, query } = exchange
  const html = await enrolmentForm(exchange, { id: query.get('id') ?? '' }, [])
  if (html === undefined) return context.answers.redirect(requestId, page)
  return context.answers.page(requestId, 200, html)
}

export const enrolmentForm: FormPage<string | undefined> = async (
  { context, actor },
  given,
  problems,
) => {
  const shown = actor && (await context.secondFactor.enrolment(actor, given['id'] ?? ''))
  if (!shown) return undefined
  return enrolmentPage({
    frame: context.frame,
    ...enrolmentShown(shown),
    action: `${enrolment}/confirm`,
    back: { href: page, text: 'Not now' },
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
    if (outcome.reason !== 'wrong_code') {
      return context.answers.redirect(requestId, `${page}?notice=nothing_to_confirm`)
    }
    return refuse(exchange, factorRefusals.wrong_code)
  }
  const { cookies } = await whatSpeaksFor(exchange, outcome)
  if (!outcome.codes) {
    return withCookies(context.answers.redirect(requestId, `${page}?notice=app_added`), cookies)
  }
  const html = recoveryCodesPage({
    frame: context.frame,
    codes: outcome.codes.map((code) => code.expose()),
    after: 'enrolment',
    onward: page,
  })
  return withCookies(context.answers.page(requestId, 200, html), cookies)
}

/** `POST /account/security/recovery-codes`. */
export async function submitNewCodes(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.renewCodes(exchange)
  if (outcome.kind === 'refused') return context.answers.redirect(requestId, page)
  const codes = outcome.codes.map((code) => code.expose())
  const html = recoveryCodesPage({ frame: context.frame, codes, after: 'renewal', onward: page })
  return context.answers.page(requestId, 200, html)
}

/** A code of the app, a recovery code, or what a passkey answers. */
export const removalShape: z.ZodType<ProofBody> = proofShapes(['code', 'credential'])

/** `POST /account/security/app/remove`. */
export async function submitRemoval(
  exchange: SignedInExchange & { readonly body: ProofBody },
): Promise<Response> {
  const { body, context } = exchange
  const outcome = await context.secondFactor.remove(exchange, eitherIn(body), originOf(exchange))
  if (outcome.kind === 'limited') return refuse(exchange, tooMany(exchange, outcome))
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  return handOver(exchange, outcome, {
    message: 'Authenticator app removed',
    next: `${page}?notice=app_removed`,
  })
}
