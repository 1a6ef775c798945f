import { type Context, Hono } from 'hono'
import { publicId } from '../kernel/random.ts'
import { clientAddress } from './client.ts'
import type { HttpContext } from './context.ts'
import { type Exchange, refuse } from './exchange.ts'
import { refuseFault } from './faults.ts'
import { type Problem, type ProblemCode, problem } from './problems.ts'
import { type Arrival, admit, asksForPage, type Route } from './route.ts'
import { routes } from './routes.ts'

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
