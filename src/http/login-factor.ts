import type { z } from 'zod'
import type { WaitingShown } from '../core/flows/login/index.ts'
import { Secret } from '../kernel/secret.ts'
import { factorPage } from '../pages/factor.ts'
import { askedIn, wantedIn } from './confirm.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { answerLogin, arriving, loginRefusals, trustDevice } from './login.ts'
import { ownPath } from './next.ts'
import { type ProofBody, proofIn, proofShapes } from './proofs.ts'
import { text } from './shape.ts'
import { daysOf } from './texts.ts'

/** What is due; and for who has no cookie jar, what the password was answered with. */
interface MoreOfFactor {
  readonly pending_token?: string | undefined
  readonly trust_device?: boolean | undefined
  readonly next?: string | undefined
}

type FactorBody = ProofBody & MoreOfFactor

export const factorShape: z.ZodType<FactorBody> = proofShapes<MoreOfFactor>(
  ['code', 'recovery_code', 'credential', 'password'],
  { pending_token: text, trust_device: trustDevice, next: text },
)

/** `GET /login/factor`: the second step, for who has taken the first. */
export async function showFactor(exchange: Exchange): Promise<Response> {
  const { context, requestId, query } = exchange
  const waiting = await waitingFor(exchange)
  if (!waiting) return context.answers.redirect(requestId, '/login?notice=expired')
  if (waiting.due.kind === 'enrolment')
    return context.answers.redirect(requestId, '/login/enrolment')
  const given = wantedIn(query)
  return context.answers.page(requestId, 200, await factorForm(exchange, given, []))
}

/** `POST /login/factor`. */
export async function submitFactor(
  exchange: Exchange & { readonly body: FactorBody },
): Promise<Response> {
  const { context, body } = exchange
  const pending = pendingIn(exchange, body.pending_token)
  if (!pending) return expired(exchange)
  const outcome = await context.login.withFactor({
    pending,
    factor: proofIn(body),
    // A device is trusted by a cookie.
    trusts: body.trust_device && body.pending_token === undefined,
    ...arriving(exchange),
  })
  if (outcome.kind === 'refused' && outcome.reason === 'login_expired') return expired(exchange)
  const inCookies = body.pending_token === undefined
  return answerLogin(exchange, outcome, { inCookies, next: body.next })
}

/** Of the sign-in that waits, where there is no cookie jar. */
export interface PendingBody {
  readonly pending_token?: string | undefined
}

/** `POST /login/factor/options`: what a browser needs to ask for a passkey of whoever is signing in. */
export async function factorOptions(
  exchange: Exchange & { readonly body: PendingBody },
): Promise<Response> {
  const { context, requestId, body } = exchange
  const pending = pendingIn(exchange, body.pending_token)
  const publicKey = pending && (await context.login.factorOptions(pending))
  if (!publicKey) return refuse(exchange, loginRefusals.login_expired)
  return context.answers.json(requestId, 200, { publicKey })
}

export const factorForm: FormPage = async (exchange, given, problems) => {
  const { frame, publicAddress, devices } = exchange.context
  const waiting = await waitingFor(exchange)
  // Where it was tried too often the form says what was wrong; to send it again leads back to the password.
  const offers =
    waiting?.due.kind === 'proof' ? waiting.due.offers : (['totp', 'recovery_code'] as const)
  return factorPage({
    frame,
    offers,
    asked: askedIn(given, offers),
    proved: waiting?.proved ?? 'password',
    trustFor: waiting?.hasApp && devices.lifetime > 0 ? daysOf(devices.lifetime) : undefined,
    next: ownPath(given['next'], publicAddress),
    problems,
  })
}

async function waitingFor(exchange: Exchange): Promise<WaitingShown | undefined> {
  const pending = pendingIn(exchange, undefined)
  return pending && exchange.context.login.waiting(pending)
}

export function pendingIn(
  { context, request }: Exchange,
  token: string | undefined,
): Secret | undefined {
  const value = token ?? context.cookies.pending.read(request.headers.get('cookie'))
  return value === undefined ? undefined : new Secret(value)
}

/** People begin again; programs are told so. */
export function expired(exchange: Exchange): Promise<Response> | Response {
  const { context, requestId, audience } = exchange
  return audience === 'page'
    ? context.answers.redirect(requestId, '/login?notice=expired')
    : refuse(exchange, loginRefusals.login_expired)
}
