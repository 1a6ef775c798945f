import { encode } from 'uqr'
import { z } from 'zod'
import { needsTwo } from '../core/assurance/index.ts'
import type { EnrolmentShown } from '../core/factors/index.ts'
import type { SecondFactorRefusal } from '../core/flows/second-factor/index.ts'
import { Secret } from '../kernel/secret.ts'
import type { EnrolmentView } from '../pages/enrolment.ts'
import { withCookies } from './answers.ts'
import { type Exchange, refuse } from './exchange.ts'
import { whatSpeaksFor } from './hand-over.ts'
import { originOf, tooMany } from './limits.ts'
import { type Problem, problem, refusedProof } from './problems.ts'
import { factorIn, type ProofBody, proofShapes } from './proofs.ts'
import type { SignedIn } from './route.ts'

type SignedInExchange = Exchange & SignedIn

type EnrolmentParts = Pick<EnrolmentView, 'id' | 'qr' | 'uri' | 'typed'>

export const factorRefusals: Readonly<Record<SecondFactorRefusal, Problem>> = {
  not_authenticated: problem('invalid_session'),
  already_confirmed: problem('already_confirmed'),
  no_enrolment: problem('no_enrolment'),
  no_factor: problem('no_factor'),
  last_factor: problem('last_factor'),
  passkey_known: problem('passkey_known'),
  too_many_passkeys: problem('too_many_passkeys'),
  wrong_code: refusedProof('wrong_code'),
  passkey_refused: refusedProof('passkey_refused'),
}

/** `GET /factors`: what the account has. */
export async function showFactors({
  context,
  requestId,
  actor,
}: SignedInExchange): Promise<Response> {
  const held = await context.secondFactor.heldBy(actor)
  const { app, recoveryCodes, passkeys } = held
  return context.answers.json(requestId, 200, {
    mfa_enabled: needsTwo(held),
    totp: { enabled: app !== undefined, disabled: app?.isDisabled ?? false },
    recovery_codes: { left: recoveryCodes },
    passkeys: { count: passkeys.length },
  })
}

/** `POST /factors/totp`: begins to set up an authenticator app. The secret is shown as long as it is not confirmed. */
export async function enrolTotp(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.enrol(exchange)
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  return context.answers.json(requestId, 200, enrolmentAnswer(outcome.enrolment))
}

/** The same for a page. */
export function enrolmentShown(enrolment: EnrolmentShown): EnrolmentParts {
  const { id, uri, typed } = enrolment
  return { id, qr: qrOf(enrolment), uri: uri.expose(), typed: typed.expose() }
}

export function enrolmentAnswer(enrolment: EnrolmentShown): object {
  const { id, uri, typed, expiresAt } = enrolment
  return {
    id,
    uri: uri.expose(),
    secret: typed.expose(),
    qr_svg: svgOf(qrOf(enrolment)),
    expires_at: new Date(expiresAt).toISOString(),
  }
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
    ...(outcome.codes && { recovery_codes: outcome.codes.map((code) => code.expose()) }),
  }
  return withCookies(context.answers.json(requestId, 200, answer), speaks.cookies)
}

export const factorProofShape: z.ZodType<ProofBody> = proofShapes([
  'code',
  'recovery_code',
  'credential',
])

/** `DELETE /factors/totp`: takes a code of the app, a recovery code, or what a passkey answers. Every other session ends. */
export async function removeTotp(
  exchange: SignedInExchange & { readonly body: ProofBody },
): Promise<Response> {
  const { context, requestId, body } = exchange
  const outcome = await context.secondFactor.remove(exchange, factorIn(body), originOf(exchange))
  if (outcome.kind === 'limited') return refuse(exchange, tooMany(exchange, outcome))
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
function qrOf({ uri }: Pick<EnrolmentShown, 'uri'>): QrPath {
  const { size, data } = encode(uri.expose(), { ecc: 'M', border: 4 })
  const squares = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  )
  return { size, path: squares.join('') }
}

function svgOf({ size, path }: QrPath): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`
}
