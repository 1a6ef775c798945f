import { type Context, Hono } from 'hono'
import { milliseconds } from '../kernel/clock.ts'
import { publicId } from '../kernel/random.ts'
import type { RouteMeter } from '../metrics/request-meter.ts'
import type { HttpContext } from './context.ts'
import { type Exchange, refuse } from './exchange.ts'
import { refuseFault } from './faults.ts'
import { type Problem, type ProblemCode, problem } from './problems.ts'
import { type Arrival, admit, asksForPage, type Route } from './route.ts'
import { routes } from './routes.ts'

/** What is known of a request besides the request itself. */
export interface Connection {
  /** The address at the other end of the socket; `''` where there is none any more. Whoever is without counts as one client. */
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
    const meter = context.meters.requests.of(row.method, row.path)
    router.on(row.method, row.path, (c) => answered(context, row, meter, c))
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

async function answered(
  context: HttpContext,
  row: Route,
  meter: RouteMeter,
  c: RouterContext,
): Promise<Response> {
  if (c.env.fault) return refusedOutright(context, c, problem(c.env.fault))
  const startedAt = performance.now()
  const arrival = arrivalOf(context, c)
  const response = await admitted(row, arrival).catch((error: unknown) =>
    refuseFault(bareExchange(arrival), error),
  )
  note(arrival, meter, response.status, startedAt)
  return response
}

/** Whoever only reads leaves no trace that would have to say from where. */
function admitted(row: Route, arrival: Arrival): Promise<Response> {
  if (row.method === 'GET') return admit(row, arrival)
  return arrival.context.asking.from(arrival.client, () => admit(row, arrival))
}

async function refusedOutright(
  context: HttpContext,
  c: RouterContext,
  refusal: Problem,
): Promise<Response> {
  const startedAt = performance.now()
  const arrival = arrivalOf(context, c)
  const response = await refuse(bareExchange(arrival), refusal)
  const meter = context.meters.requests.ofNoRoute(arrival.request.method)
  note(arrival, meter, response.status, startedAt)
  return response
}

function arrivalOf(context: HttpContext, c: RouterContext): Arrival {
  const { headers } = c.req.raw
  return {
    context,
    request: c.req.raw,
    requestId: publicId(context.random, 'req'),
    client: {
      agent: headers.get('user-agent') ?? '',
      address: context.clientAddresses.of(c.env.address, headers),
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
    entry: undefined,
    form: undefined,
  }
}

/** Counts each request, and logs a line. The route, not the address: that is the client's text, and may hold anything. */
function note(
  { context, request, requestId, client }: Arrival,
  meter: RouteMeter,
  status: number,
  startedAt: number,
): void {
  const duration = milliseconds(performance.now() - startedAt)
  meter.note(status, duration)
  context.log.info(
    {
      request_id: requestId,
      method: request.method,
      route: meter.route,
      status,
      ms: Math.round(duration * 10) / 10,
      client: client.address,
    },
    'request',
  )
}
