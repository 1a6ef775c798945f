import { z } from 'zod'
import type { LoginRefusal, SignedIn } from '../core/flows/login/index.ts'
import { Secret } from '../kernel/secret.ts'
import { loginPage } from '../pages/login.ts'
import type { HttpContext } from './context.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { ownPath } from './next.ts'
import { invalidFields, type Problem, problem } from './problems.ts'
import { challenge, home } from './route.ts'

interface LoginBody {
  readonly email: string
  readonly password: string
  /** How the session's token travels: in a cookie, or in the body for clients without a cookie jar. */
  readonly transport?: 'cookie' | 'bearer' | undefined
  readonly next?: string | undefined
}

export const loginShape: z.ZodType<LoginBody> = z.object({
  email: z.string(),
  password: z.string(),
  transport: z.enum(['cookie', 'bearer']).optional(),
  next: z.string().optional(),
})

type LoginExchange = Exchange & { readonly body: LoginBody }

const refusals: Readonly<Record<LoginRefusal, Problem>> = {
  invalid_credentials: problem('invalid_credentials', challenge(false)),
}

/** `GET /login`. Who is signed in already is sent on. */
export function showLogin({ context, requestId, query, actor }: Exchange): Response {
  const next = query.get('next')
  if (actor) return context.answers.redirect(requestId, destination(context, next))
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
  const { context, body, audience, presented } = exchange
  const bearer = audience === 'program' && body.transport === 'bearer'
  const outcome = await context.login.withPassword({
    email: body.email,
    password: new Secret(body.password),
    kind: bearer ? 'bearer' : 'session',
    presented,
  })

  switch (outcome.kind) {
    case 'signed_in':
      return signedIn(exchange, outcome)
    case 'refused':
      return refuse(exchange, refusals[outcome.reason])
    case 'invalid':
      return refuse(exchange, invalidFields(outcome.problems, context.passwordPolicy))
  }
}

export const loginForm: FormPage = ({ frame, publicAddress }, given, problems) => {
  const next = ownPath(given['next'], publicAddress)
  return loginPage({ frame, email: given['email'] ?? '', next, problems, notice: undefined })
}

function signedIn(
  { context, requestId, audience, body }: LoginExchange,
  { session, token }: SignedIn,
): Response {
  const message = 'Login successful'
  if (session.kind === 'bearer') {
    return context.answers.json(requestId, 200, { session_id: token.expose(), message })
  }
  const cookie = context.cookie.give(token.expose(), context.sessionPolicy.lifetime)
  const headers = { 'set-cookie': cookie }
  if (audience === 'program') return context.answers.json(requestId, 200, { message }, headers)
  return context.answers.redirect(requestId, destination(context, body.next), headers)
}

function destination({ publicAddress }: HttpContext, next: string | undefined): string {
  return ownPath(next, publicAddress) ?? home
}
