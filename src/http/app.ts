import { type Context, Hono } from 'hono'
import { publicId } from '../kernel/random.ts'
import { assets } from '../pages/assets.ts'
import { clientAddress } from './client.ts'
import type { HttpContext } from './context.ts'
import { refreshPath } from './cookies.ts'
import { showDashboard, showStart } from './dashboard.ts'
import { type Exchange, refuse } from './exchange.ts'
import { refuseFault } from './faults.ts'
import { loginForm, loginShape, showLogin, submitLogin } from './login.ts'
import { submitLogout } from './logout.ts'
import { showMe, showUser } from './me.ts'
import {
  passwordChangeForm,
  passwordChangeShape,
  sendToPasswordChange,
  showPasswordChange,
  submitPasswordChange,
} from './password-change.ts'
import { checkPassword, passwordCheckShape } from './password-check.ts'
import { type Problem, type ProblemCode, problem } from './problems.ts'
import { endRefreshing, refreshShape, submitRefresh } from './refresh.ts'
import {
  registrationForm,
  registrationShape,
  showRegistration,
  submitRegistration,
} from './registration.ts'
import { introspect, presentedShape, submitRevocation } from './revocation.ts'
import { type Arrival, admit, asksForPage, type Route, route } from './route.ts'
import {
  endOtherSessions,
  endSession,
  endSessionsShape,
  listSessions,
  showSessions,
  submitEndSessions,
} from './sessions.ts'

import { submitToken, tokenShape } from './token.ts'
import { showIssuer, showKeySet } from './well-known.ts'

/** What programs that carry tokens ask. All of it is in the body; OAuth's errors are OAuth's. */
const tokenRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/token',
    who: 'entrance',
    answers: 'oauth',
    reads: 'form',
    takesNoQuery: true,
    shape: tokenShape,
    handle: submitToken,
  }),
  route({
    method: 'POST',
    path: refreshPath,
    who: 'entrance',
    answers: 'program',
    reads: 'json',
    takesNoQuery: true,
    shape: refreshShape,
    handle: submitRefresh,
  }),
  route({
    method: 'DELETE',
    path: refreshPath,
    who: 'entrance',
    answers: 'program',
    reads: 'json',
    takesNoQuery: true,
    shape: refreshShape,
    handle: endRefreshing,
  }),
  route({
    method: 'POST',
    path: '/revoke',
    who: 'entrance',
    answers: 'oauth',
    reads: 'form',
    takesNoQuery: true,
    shape: presentedShape,
    handle: submitRevocation,
  }),
  route({
    method: 'POST',
    path: '/introspect',
    who: 'entrance',
    answers: 'oauth',
    reads: 'form',
    takesNoQuery: true,
    shape: presentedShape,
    handle: introspect,
  }),
  route({
    method: 'GET',
    path: '/.well-known/jwks.json',
    who: 'entrance',
    answers: 'program',
    handle: showKeySet,
  }),
  route({
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    who: 'entrance',
    answers: 'program',
    handle: showIssuer,
  }),
]

/** Every address of the public listener. Guards follow from the row: see `admit()` in `route.ts`. */
const routes: readonly Route[] = [
  route({ method: 'GET', path: '/', who: 'anyone', handle: showStart }),
  route({ method: 'GET', path: '/register', who: 'anyone', handle: showRegistration }),
  route({
    method: 'POST',
    path: '/register',
    who: 'entrance',
    shape: registrationShape,
    form: registrationForm,
    handle: submitRegistration,
  }),
  route({
    method: 'POST',
    path: '/password/check',
    who: 'anyone',
    shape: passwordCheckShape,
    handle: checkPassword,
  }),
  route({ method: 'GET', path: '/login', who: 'anyone', handle: showLogin }),
  route({
    method: 'POST',
    path: '/login',
    who: 'entrance',
    shape: loginShape,
    form: loginForm,
    handle: submitLogin,
  }),
  route({ method: 'POST', path: '/logout', who: 'anyone', handle: submitLogout }),
  route({ method: 'GET', path: '/me', who: 'signed_in', answers: 'program', handle: showMe }),
  route({
    method: 'GET',
    path: '/users/me',
    who: 'signed_in',
    answers: 'program',
    handle: showUser,
  }),
  ...tokenRoutes,
  route({ method: 'GET', path: '/dashboard', who: 'signed_in', handle: showDashboard }),
  route({ method: 'GET', path: '/password/change', who: 'signed_in', handle: showPasswordChange }),
  route({
    method: 'POST',
    path: '/password/change',
    who: 'signed_in',
    shape: passwordChangeShape,
    form: passwordChangeForm,
    handle: submitPasswordChange,
  }),
  route({
    method: 'GET',
    path: '/.well-known/change-password',
    who: 'entrance',
    handle: sendToPasswordChange,
  }),
  route({
    method: 'GET',
    path: '/sessions',
    who: 'signed_in',
    answers: 'program',
    handle: listSessions,
  }),
  route({ method: 'DELETE', path: '/sessions', who: 'signed_in', handle: endOtherSessions }),
  route({ method: 'DELETE', path: '/sessions/:id', who: 'signed_in', handle: endSession }),
  route({ method: 'GET', path: '/account/sessions', who: 'signed_in', handle: showSessions }),
  route({
    method: 'POST',
    path: '/account/sessions',
    who: 'signed_in',
    shape: endSessionsShape,
    handle: submitEndSessions,
  }),
  ...assets.map(({ path, type, body }) =>
    route({
      method: 'GET',
      path,
      who: 'entrance',
      handle: ({ context, requestId }) => context.answers.asset(requestId, type, body),
    }),
  ),
]

/** What is known of a request besides the request itself. */
export interface Connection {
  /** The address at the other end of the socket. */
  readonly address?: string
  /** What an adapter found wrong with the request before it could become a `Request`. */
  readonly fault?: ConnectionFault
}

export type ConnectionFault = Extract<
  ProblemCode,
  | 'bad_request'
  | 'duplicate_parameter'
  | 'expectation_failed'
  | 'headers_too_large'
  | 'request_timeout'
>

export type App = (request: Request, connection?: Connection) => Promise<Response>

/** The public listener as one function: every request gets an answer, every answer its headers. */
export function createApp(context: HttpContext): App {
  const router = new Hono<{ Bindings: Connection }>()
  for (const row of routes) {
    router.on(row.method, row.path, (c) => answered(context, row, c))
  }
  for (const path of new Set(routes.map((row) => row.path))) {
    const allow = allowedAt(path)
    router.all(path, (c) => refusedOutright(context, c, problem('method_not_allowed', { allow })))
  }
  router.notFound((c) => refusedOutright(context, c, problem('not_found')))
  return async (request, connection = {}) => router.fetch(request, connection)
}

function allowedAt(path: string): string {
  const methods = routes.filter((row) => row.path === path).map((row) => row.method)
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
}

type RouterContext = Context<{ Bindings: Connection }>

async function answered(context: HttpContext, row: Route, c: RouterContext): Promise<Response> {
  if (c.env.fault) return refusedOutright(context, c, problem(c.env.fault))
  const startedAt = performance.now()
  const arrival = arrivalOf(context, c)
  const response = await admit(row, arrival).catch((error: unknown) =>
    refuseFault(bareExchange(arrival), error),
  )
  logRequest(arrival, row.path, response.status, startedAt)
  return response
}

function refusedOutright(
  context: HttpContext,
  c: RouterContext,
  refusal: Problem,
): Promise<Response> {
  const arrival = arrivalOf(context, c)
  logRequest(arrival, undefined, refusal.status, performance.now())
  return refuse(bareExchange(arrival), refusal)
}

function arrivalOf(context: HttpContext, c: RouterContext): Arrival {
  const { headers } = c.req.raw
  const forwarded = headers.get('x-forwarded-for')
  return {
    context,
    request: c.req.raw,
    requestId: publicId(context.random, 'req'),
    client: {
      agent: headers.get('user-agent') ?? '',
      address: clientAddress(c.env.address ?? '', forwarded, context.trustedProxies),
    },
    parameters: c.req.param(),
  }
}

function bareExchange(arrival: Arrival): Exchange {
  return {
    ...arrival,
    query: new Map(),
    credential: undefined,
    audience: asksForPage(arrival.request) ? 'page' : 'program',
    presented: undefined,
    actor: undefined,
    form: undefined,
  }
}

/** One line for each request. The route, not the address: that is the client's text, and may hold anything. */
function logRequest(
  { context, request, requestId, client }: Arrival,
  path: string | undefined,
  status: number,
  startedAt: number,
): void {
  context.log.info(
    {
      request_id: requestId,
      method: request.method,
      route: path ?? '(none)',
      status,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      client: client.address,
    },
    'request',
  )
}
