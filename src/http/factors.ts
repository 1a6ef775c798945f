import { encode } from 'uqr'
import { z } from 'zod'
import type { EnrolmentShown } from '../core/factors/index.ts'
import type { SecondFactorRefusal } from '../core/flows/second-factor/index.ts'
import { Secret } from '../kernel/secret.ts'
import { withCookies } from './answers.ts'
import { type Exchange, refuse } from './exchange.ts'
import { whatSpeaksFor } from './hand-over.ts'
import { givenIn } from './login-factor.ts'
import { type Problem, problem } from './problems.ts'
import type { SignedIn } from './route.ts'

type SignedInExchange = Exchange & SignedIn

export const factorRefusals: Readonly<Record<SecondFactorRefusal, Problem>> = {
  not_fresh: problem('not_fresh'),
  not_authenticated: problem('invalid_session'),
  already_confirmed: problem('already_confirmed'),
  no_enrolment: problem('no_enrolment'),
  no_factor: problem('no_factor'),
  wrong_code: wrongFactorCode(),
}

/** For who is signed in: not 401, which would say that they are not. Told of the field, so that people are led there. */
function wrongFactorCode(): Problem {
  const { title, detail } = problem('wrong_code')
  const errors = [{ field: 'code', rule: 'wrong', message: detail }]
  return { code: 'wrong_code', status: 403, title, detail, errors }
}

/** `GET /factors`: what the account has. */
export async function showFactors({
  context,
  requestId,
  actor,
}: SignedInExchange): Promise<Response> {
  const { isNeeded, totp, recoveryCodes } = await context.secondFactor.standing(actor)
  return context.answers.json(requestId, 200, {
    mfa_enabled: isNeeded,
    totp: { enabled: isNeeded, disabled: isNeeded && !totp },
    recovery_codes: { left: recoveryCodes },
  })
}

/** `POST /factors/totp`: begins to set up an authenticator app. The secret is shown as long as it is not confirmed. */
export async function enrolTotp(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.enrol(exchange)
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  const { id, uri, typed, expiresAt } = outcome.enrolment
  return context.answers.json(requestId, 200, {
    id,
    uri: uri.expose(),
    secret: typed.expose(),
    qr_svg: svgOf(qrOf(outcome.enrolment)),
    expires_at: new Date(expiresAt).toISOString(),
  })
}

export interface ConfirmBody {
  readonly id: string
  readonly code: string
}

export const confirmShape: z.ZodType<ConfirmBody> = z.object({ id: z.string(), code: z.string() })

/** `POST /factors/totp/confirm`: the first code. Every other session ends; the recovery codes are shown this once. */
export async function confirmTotp(
  exchange: SignedInExchange & { readonly body: ConfirmBody },
): Promise<Response> {
  const { context, requestId, body } = exchange
  const outcome = await context.secondFactor.confirm(exchange, body.id, new Secret(body.code))
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  const speaks = await whatSpeaksFor(exchange, outcome)
  const answer = {
    ...speaks.body,
    message: 'Authenticator app set up',
    recovery_codes: outcome.codes.map((code) => code.expose()),
  }
  return withCookies(context.answers.json(requestId, 200, answer), speaks.cookies)
}

interface ProofBody {
  readonly code?: string | undefined
  readonly recovery_code?: string | undefined
}

export const proofShape: z.ZodType<ProofBody> = z.union([
  z.object({ code: z.string() }),
  z.object({ recovery_code: z.string() }),
])

/** `DELETE /factors/totp`: takes a code of the app, or a recovery code. Every other session ends. */
export async function removeTotp(
  exchange: SignedInExchange & { readonly body: ProofBody },
): Promise<Response> {
  const { context, requestId, body } = exchange
  const outcome = await context.secondFactor.remove(exchange, givenIn(body))
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  const speaks = await whatSpeaksFor(exchange, outcome)
  const answer = { ...speaks.body, message: 'Authenticator app removed' }
  return withCookies(context.answers.json(requestId, 200, answer), speaks.cookies)
}

/** `POST /factors/recovery-codes`: ten new ones, shown this once; the old ones are dead. */
export async function renewRecoveryCodes(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.renewCodes(exchange)
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  const recovery_codes = outcome.codes.map((code) => code.expose())
  return context.answers.json(requestId, 200, { recovery_codes })
}

/** A QR code as a path of squares, in a square of so many. */
export interface QrPath {
  readonly size: number
  readonly path: string
}

/** With four squares of margin, which cameras ask for (ISO/IEC 18004). */
export function qrOf({ uri }: Pick<EnrolmentShown, 'uri'>): QrPath {
  const { size, data } = encode(uri.expose(), { ecc: 'M', border: 4 })
  const squares = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  )
  return { size, path: squares.join('') }
}

function svgOf({ size, path }: QrPath): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`
}
