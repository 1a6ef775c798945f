import { z } from 'zod'
import type { FactorKind, GivenFactor } from '../core/flows/login/index.ts'
import { Secret } from '../kernel/secret.ts'
import { factorPage } from '../pages/factor.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { answerLogin, loginRefusals } from './login.ts'
import { ownPath } from './next.ts'

/** One of the codes; and for who has no cookie jar, what the password was answered with. */
interface FactorBody {
  readonly code?: string | undefined
  readonly recovery_code?: string | undefined
  readonly pending_token?: string | undefined
  readonly next?: string | undefined
}

const text = z.string().optional()

export const factorShape: z.ZodType<FactorBody> = z.union([
  z.object({ code: z.string(), pending_token: text, next: text }),
  z.object({ recovery_code: z.string(), pending_token: text, next: text }),
])

/** `GET /login/factor`: the second step, for who has given a password. */
export async function showFactor(exchange: Exchange): Promise<Response> {
  const { context, requestId, query } = exchange
  const waiting = await waitingFor(exchange)
  if (!waiting) return context.answers.redirect(requestId, '/login?notice=expired')
  const given = {
    ...(query.get('with') === 'recovery_code' && { recovery_code: '' }),
    next: query.get('next') ?? '',
  }
  return context.answers.page(requestId, 200, await factorForm(exchange, given, []))
}

/** `POST /login/factor`. */
export async function submitFactor(
  exchange: Exchange & { readonly body: FactorBody },
): Promise<Response> {
  const { context, request, client, presented, body } = exchange
  const pending = pendingIn(exchange, body.pending_token)
  if (!pending) return expired(exchange)
  const outcome = await context.login.withFactor({
    pending,
    factor: givenIn(body),
    client,
    presented,
    signal: request.signal,
  })
  if (outcome.kind === 'refused' && outcome.reason === 'login_expired') return expired(exchange)
  const inCookies = body.pending_token === undefined
  return answerLogin(exchange, outcome, { inCookies, next: body.next })
}

export function givenIn({
  code,
  recovery_code,
}: Pick<FactorBody, 'code' | 'recovery_code'>): GivenFactor {
  return code === undefined
    ? { kind: 'recovery_code', code: new Secret(recovery_code ?? '') }
    : { kind: 'totp', code: new Secret(code) }
}

export const factorForm: FormPage = async (exchange, given, problems) => {
  const { frame, publicAddress } = exchange.context
  // Where it was tried too often the form says what was wrong; to send it again leads back to the password.
  const factors = (await waitingFor(exchange)) ?? ['totp', 'recovery_code']
  return factorPage({
    frame,
    factors,
    asked: askedIn(given, factors),
    next: ownPath(given['next'], publicAddress),
    problems,
  })
}

function askedIn(
  given: Readonly<Record<string, string>>,
  factors: readonly FactorKind[],
): FactorKind {
  if (given['recovery_code'] !== undefined) return 'recovery_code'
  return given['code'] === undefined ? (factors[0] ?? 'totp') : 'totp'
}

async function waitingFor(exchange: Exchange): Promise<readonly FactorKind[] | undefined> {
  const pending = pendingIn(exchange, undefined)
  return pending && exchange.context.login.waiting(pending)
}

function pendingIn({ context, request }: Exchange, token: string | undefined): Secret | undefined {
  const value = token ?? context.cookies.pending.read(request.headers.get('cookie'))
  return value === undefined ? undefined : new Secret(value)
}

/** People begin again; programs are told so. */
function expired(exchange: Exchange): Promise<Response> | Response {
  const { context, requestId, audience } = exchange
  return audience === 'page'
    ? context.answers.redirect(requestId, '/login?notice=expired')
    : refuse(exchange, loginRefusals.login_expired)
}
