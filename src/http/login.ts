import { z } from 'zod'
import type { LoginRefusal } from '../core/flows/login/index.ts'
import { Secret } from '../kernel/secret.ts'
import type { TokenKind } from '../kernel/token.ts'
import { loginPage } from '../pages/login.ts'
import type { HttpContext } from './context.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { handOver } from './hand-over.ts'
import { ownPath } from './next.ts'
import { invalidFields, type Problem, problem } from './problems.ts'
import { challenge, home } from './route.ts'

/**
 * What speaks for the session, and how it travels: its own token in a cookie, or in the body for clients without
 * a cookie jar; or an access token and a refresh token, in the body or in cookies.
 */
const transports = ['cookie', 'bearer', 'token', 'token-cookie'] as const

type Transport = (typeof transports)[number]

interface LoginBody {
  readonly email: string
  readonly password: string
  readonly transport?: Transport | undefined
  readonly next?: string | undefined
}

export const loginShape: z.ZodType<LoginBody> = z.object({
  email: z.string(),
  password: z.string(),
  transport: z.enum(transports).optional(),
  next: z.string().optional(),
})

const kinds: Readonly<Record<Transport, TokenKind>> = {
  cookie: 'session',
  bearer: 'bearer',
  token: 'jwt',
  'token-cookie': 'jwt',
}

type LoginExchange = Exchange & { readonly body: LoginBody }

const refusals: Readonly<Record<LoginRefusal, Problem>> = {
  invalid_credentials: problem('invalid_credentials', challenge(false)),
  too_many_sessions: problem('too_many_sessions'),
}

/** `GET /login`. Who is signed in already is sent on, unless they are asked to sign in again. */
export function showLogin({ context, requestId, query, actor }: Exchange): Response {
  const next = query.get('next')
  // `again`: who is signed in already is to prove once more who they are.
  const again = query.has('again')
  if (actor && !again) return context.answers.redirect(requestId, destination(context, next))
  const notice = query.get('notice') === 'registered' ? 'registered' : undefined
  const { frame, publicAddress } = context
  const view = {
    frame,
    email: '',
    next: ownPath(next, publicAddress),
    problems: [],
    notice,
  } as const
  return context.answers.page(requestId, 200, loginPage(view))
}

/** `POST /login`. Translates only: bytes in, one call to the core, bytes out. */
export async function submitLogin(exchange: LoginExchange): Promise<Response> {
  const { context, request, client, body, audience, presented } = exchange
  // Forms are sent by browsers, and those have a cookie jar.
  const transport = audience === 'program' ? (body.transport ?? 'cookie') : 'cookie'
  const outcome = await context.login.withPassword({
    email: body.email,
    password: new Secret(body.password),
    kind: kinds[transport],
    presented,
    client,
    signal: request.signal,
  })

  switch (outcome.kind) {
    case 'signed_in':
      return handOver(exchange, outcome, {
        message: 'Login successful',
        next: destination(context, body.next),
        inCookies: transport === 'token-cookie',
      })
    case 'factor_required':
      return factorRequired(exchange)
    case 'refused':
      return refuse(exchange, refusals[outcome.reason])
    case 'invalid':
      return refuse(exchange, invalidFields(outcome.problems, context.passwordPolicy))
  }
}

/** The password was right, and is not enough. */
function factorRequired(exchange: Exchange): Response | Promise<Response> {
  const { context, requestId, audience } = exchange
  const refusal = problem('factor_required')
  if (audience === 'page') return refuse(exchange, refusal)
  return context.answers.json(requestId, 200, { requires_mfa: true, message: refusal.detail })
}

export const loginForm: FormPage = ({ context }, given, problems) => {
  const { frame, publicAddress } = context
  const next = ownPath(given['next'], publicAddress)
  return loginPage({ frame, email: given['email'] ?? '', next, problems, notice: undefined })
}

function destination({ publicAddress }: HttpContext, next: string | undefined): string {
  return ownPath(next, publicAddress) ?? home
}
