import { z } from 'zod'
import type {
  EnrolmentRequired,
  FactorRequired,
  LoginOutcome,
  LoginRefusal,
  LoginRequest,
  SignedIn,
} from '../core/flows/login/index.ts'
import { knownDeviceLifetime } from '../core/limits/index.ts'
import { Secret } from '../kernel/secret.ts'
import type { TokenKind } from '../kernel/token.ts'
import { loginPage } from '../pages/login.ts'
import { withCookies } from './answers.ts'
import type { HttpContext } from './context.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { handOver } from './hand-over.ts'
import { originOf, tooMany } from './limits.ts'
import { ownPath } from './next.ts'
import { invalidFields, type Problem, problem } from './problems.ts'
import { challenge, home } from './route.ts'
import { text } from './shape.ts'

/**
 * What speaks for the session, and how it travels: its own token in a cookie, or in the body for clients without
 * a cookie jar; or an access token and a refresh token, in the body or in cookies.
 */
const transports = ['cookie', 'bearer', 'token', 'token-cookie'] as const

export type Transport = (typeof transports)[number]

interface LoginBody {
  readonly email: string
  readonly password: string
  /** The code of an authenticator app, for who knows that it will be asked for. */
  readonly totp_token?: string | undefined
  readonly transport?: Transport | undefined
  /** Is no code to be asked for on this device from now on? */
  readonly trust_device?: boolean | undefined
  readonly next?: string | undefined
}

/** A box that is ticked, or true. */
export const trustDevice: z.ZodType<boolean | undefined> = z
  .union([z.boolean(), z.literal('yes').transform(() => true)])
  .optional()

export const transport: z.ZodType<Transport | undefined> = z.enum(transports).optional()

export const loginShape: z.ZodType<LoginBody> = z.object({
  email: z.string(),
  password: z.string(),
  totp_token: z.string().optional(),
  transport,
  trust_device: trustDevice,
  next: text,
})

export const kinds: Readonly<Record<Transport, TokenKind>> = {
  cookie: 'session',
  bearer: 'bearer',
  token: 'jwt',
  'token-cookie': 'jwt',
}

type LoginExchange = Exchange & { readonly body: LoginBody }

export const loginRefusals: Readonly<Record<LoginRefusal, Problem>> = {
  invalid_credentials: problem('invalid_credentials', challenge(false)),
  passkey_refused: problem('passkey_refused', challenge(false)),
  wrong_code: problem('wrong_code', challenge(false)),
  login_expired: problem('login_expired', challenge(false)),
  too_many_sessions: problem('too_many_sessions'),
}

/** `GET /login`. Who is signed in already is sent on. */
export function showLogin({ context, requestId, query, actor }: Exchange): Response {
  const next = query.get('next')
  if (actor) return context.answers.redirect(requestId, destination(context, next))
  const { frame, publicAddress } = context
  const view = {
    frame,
    email: '',
    next: ownPath(next, publicAddress),
    problems: [],
    notice: noticeIn(query.get('notice')),
  } as const
  return context.answers.page(requestId, 200, loginPage(view))
}

function noticeIn(text: string | undefined): 'registered' | 'expired' | undefined {
  return text === 'registered' || text === 'expired' ? text : undefined
}

/** `POST /login`. Translates only: bytes in, one call to the core, bytes out. */
export async function submitLogin(exchange: LoginExchange): Promise<Response> {
  const { context, body } = exchange
  const transport = transportOf(exchange, body)
  const outcome = await context.login.withPassword({
    email: body.email,
    password: new Secret(body.password),
    factor: body.totp_token ? { kind: 'totp', code: new Secret(body.totp_token) } : undefined,
    kind: kinds[transport],
    trusts: body.trust_device && isInCookies(transport),
    ...arriving(exchange),
  })
  return answerLogin(exchange, outcome, { inCookies: isInCookies(transport), next: body.next })
}

/** Forms are sent by browsers, and those have a cookie jar. */
export function transportOf(
  { audience }: Exchange,
  { transport }: { readonly transport?: Transport | undefined },
): Transport {
  return audience === 'program' ? (transport ?? 'cookie') : 'cookie'
}

export function isInCookies(transport: Transport): boolean {
  return transport === 'cookie' || transport === 'token-cookie'
}

/** What every sign-in is told of the request that it comes with. */
export function arriving(exchange: Exchange): Omit<LoginRequest, 'kind' | 'trusts'> {
  const { context, request, client, presented } = exchange
  const device = context.cookies.device.read(request.headers.get('cookie'))
  return {
    client,
    presented,
    device: device === undefined ? undefined : new Secret(device),
    origin: originOf(exchange),
    signal: request.signal,
  }
}

interface LoginAnswer {
  /** Does what speaks for the sign-in travel in cookies, the one that waits too? */
  readonly inCookies: boolean
  readonly next: string | undefined
}

export async function answerLogin(
  exchange: Exchange,
  outcome: LoginOutcome,
  { inCookies, next }: LoginAnswer,
): Promise<Response> {
  const { context } = exchange
  switch (outcome.kind) {
    case 'signed_in': {
      const answer = await handOver(exchange, outcome, {
        message: 'Login successful',
        ...(outcome.recoveryCodesLeft !== undefined && {
          more: { recovery_codes_left: outcome.recoveryCodesLeft },
        }),
        next: destinationAfter(context, outcome.recoveryCodesLeft, next),
        inCookies,
      })
      return withCookies(answer, settled(exchange, outcome, inCookies))
    }
    case 'enrolment_required':
      return enrolmentRequired(exchange, outcome, { inCookies })
    case 'factor_required':
      return factorRequired(exchange, outcome, { inCookies, next })
    case 'limited':
      return refuse(exchange, tooMany(exchange, outcome))
    case 'refused':
      return refuse(exchange, loginRefusals[outcome.reason])
    case 'invalid':
      return refuse(exchange, invalidFields(outcome.problems, context.passwordPolicy))
  }
}

/** Whoever has used a recovery code sees how many are left before anything else. */
function destinationAfter(
  context: HttpContext,
  codesLeft: number | undefined,
  next: string | undefined,
): string {
  return codesLeft === undefined
    ? destination(context, next)
    : '/account/security?notice=recovery_code_used'
}

/** The password was right, and is not enough: here is with what to go on, at `POST /login/factor`. */
function factorRequired(
  { context, requestId, audience }: Exchange,
  { pending, factors }: FactorRequired,
  { inCookies, next }: LoginAnswer,
): Response {
  const cookie = context.cookies.pending.give(pending.expose(), context.pendingLifetime)
  if (audience === 'page') {
    const query = next === undefined ? '' : `?next=${encodeURIComponent(next.toWellFormed())}`
    return withCookies(context.answers.redirect(requestId, `/login/factor${query}`), [cookie])
  }
  const body = {
    requires_mfa: true,
    factors,
    ...(!inCookies && { pending_token: pending.expose() }),
    message: 'Prove at POST /login/factor that it is you, with one of these factors',
  }
  return withCookies(context.answers.json(requestId, 200, body), inCookies ? [cookie] : [])
}

/** Nothing else is missing but a factor, which is set up first: see `login-enrolment.ts`. */
function enrolmentRequired(
  { context, requestId, audience }: Exchange,
  { pending }: EnrolmentRequired,
  { inCookies }: Pick<LoginAnswer, 'inCookies'>,
): Response {
  const cookie = context.cookies.pending.give(pending.expose(), context.enrolmentTime)
  if (audience === 'page') {
    return withCookies(context.answers.redirect(requestId, '/login/enrolment'), [cookie])
  }
  const body = {
    requires_mfa: true,
    enrolment_required: true,
    factors: [],
    ...(!inCookies && { pending_token: pending.expose() }),
    message: 'A second factor is required here. Set one up at POST /login/enrolment/app',
  }
  return withCookies(context.answers.json(requestId, 200, body), inCookies ? [cookie] : [])
}

/**
 * What waited has done its work. The device is known to the account from now on, so that no stranger's failures keep its
 * owner out on it; and trusted, where that was asked for.
 */
export function settled(
  { context, request }: Exchange,
  { account, device }: SignedIn,
  inCookies: boolean,
): string[] {
  const { cookies, devices, knownDevices } = context
  const header = request.headers.get('cookie')
  const wasPending = cookies.pending.read(header) !== undefined
  const known = knownDevices.remember(cookies.known.read(header), account.canonicalEmail)
  return [
    ...(inCookies ? [cookies.known.give(known, knownDeviceLifetime)] : []),
    ...(wasPending ? [cookies.pending.take()] : []),
    ...(device ? [cookies.device.give(device.expose(), devices.lifetime)] : []),
  ]
}

export const loginForm: FormPage = ({ context }, given, problems) => {
  const { frame, publicAddress } = context
  const next = ownPath(given['next'], publicAddress)
  return loginPage({ frame, email: given['email'] ?? '', next, problems, notice: undefined })
}

function destination({ publicAddress }: HttpContext, next: string | undefined): string {
  return ownPath(next, publicAddress) ?? home
}
