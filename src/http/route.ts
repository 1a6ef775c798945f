import type { z } from 'zod'
import type { BudgetName } from '../core/limits/index.ts'
import type { Authenticated, PresentedToken } from '../core/sessions/index.ts'
import { type Body, readBody } from './body.ts'
import type { HttpContext } from './context.ts'
import { csrfField, csrfHeader } from './csrf.ts'
import { type Audience, type Entry, type Exchange, type FormPage, refuse } from './exchange.ts'
import { refuseFault } from './faults.ts'
import { parseFields } from './fields.ts'
import { enter, leave, mayBeKnown, tooMany } from './limits.ts'
import { isSameOrigin } from './origin.ts'
import { invalidFields, type ProblemCode, problem, reauthenticationRequired } from './problems.ts'
import { shapeProblems } from './shape.ts'

/**
 * Whom a route is for.
 * - `entrance`: people who are not in yet. A session that comes along gives no right here.
 * - `anyone`: the route is told who is asking, if anybody is.
 * - `signed_in`: others get 401, or the sign-in page.
 */
export type Who = 'entrance' | 'anyone' | 'signed_in'

type Handler<E> = (exchange: E) => Response | Promise<Response>

interface RouteOf<W extends Who, Shape extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly who: W
  /** Who reads the answer, where that is always the same. Else a POST is answered in the form in which it came. */
  readonly answers?: Audience
  /** Forms or JSON alone, where a route is not for both pages and programs. */
  readonly reads?: 'form' | 'json'
  /** Must everything stand in the body? Addresses end up in logs and histories. */
  readonly takesNoQuery?: true
  /**
   * Is this only for who has proved lately who they are? People confirm it, and come back to this page: `here`, or the
   * page where the action is.
   */
  readonly recent?: 'here' | `/${string}`
  /** What is counted for the client's network before anything of the request is read. */
  readonly limits?: readonly BudgetName[]
  /** What the route reads of the body. */
  readonly shape?: Shape
  /** The page that a refused form post is answered with. */
  readonly form?: FormPage<string | undefined>
  readonly handle: Handler<
    Exchange & { readonly body: z.output<Shape> } & (W extends 'signed_in' ? SignedIn : unknown)
  >
}

/** What a route for those who are signed in can rely on. */
export interface SignedIn {
  readonly actor: Authenticated
  readonly presented: PresentedToken
}

export type Route = RouteOf<Who, z.ZodType>

/** A row of the table in `routes.ts`. Guards follow from it: see {@link admit}. */
export function route<W extends Who, Shape extends z.ZodType>(row: RouteOf<W, Shape>): Route {
  // The guards establish what the handler's type asks for, which the table cannot express.
  return row as unknown as Route
}

/** What is known of a request before anything of it is read. */
export type Arrival = Pick<Exchange, 'context' | 'request' | 'requestId' | 'client' | 'parameters'>

/** Leads a request through every guard, in this order, and then to its handler. */
export async function admit(row: Route, arrival: Arrival): Promise<Response> {
  if (!row.limits) return guarded(row, arrival, undefined)
  const entry = await enter(arrival, row.limits)
  const response = await guarded(row, arrival, entry)
  return entry.kind === 'admitted' ? leave(arrival, entry, response) : response
}

async function guarded(row: Route, arrival: Arrival, entry: Entry | undefined): Promise<Response> {
  const { context, request } = arrival
  const stranger = { ...arrival, ...nobody, entry, audience: audienceOf(row, request) }
  const limited = entry?.kind === 'limited' && !mayGoOn(row, arrival) ? entry : undefined
  // Nothing of it is read; but people get their form back with what they had typed.
  if (limited && stranger.audience !== 'page') return refuse(stranger, tooMany(arrival, limited))
  if (Object.values(arrival.parameters).some((one) => one.includes('\0'))) {
    return refuse(stranger, problem('not_found'))
  }
  const query = parseFields(queryOf(request.url))
  if (typeof query === 'string') return refuse(stranger, problem(query))
  if (row.takesNoQuery && query.size > 0) return refuse(stranger, problem('query_not_allowed'))

  const body = row.method !== 'GET' ? await admittedBody(request, context) : emptyBody
  if (typeof body === 'string') return refuse(stranger, problem(body))

  if (row.reads && (row.reads === 'form') !== (body.from === 'page')) {
    return refuse(stranger, problem('unsupported_media_type'))
  }
  const form = body.from === 'page' && row.form ? { page: row.form, given: body.value } : undefined
  const audience = row.method === 'GET' ? stranger.audience : (row.answers ?? body.from)
  const read = { ...stranger, audience, query, form }
  if (limited) return refuse(read, tooMany(arrival, limited))

  const credential = context.credentials.find(request)
  const presented = credential && (await context.credentials.presented(credential))
  const actor =
    presented && row.who !== 'entrance' ? await context.sessions.authenticate(presented) : undefined
  const exchange: Exchange = { ...read, credential, presented, actor }
  return carried(exchange, await attended(row, exchange, body))
}

/** The account will tell whether it knows the device. */
function mayGoOn({ limits }: Route, arrival: Arrival): boolean {
  return limits?.includes('sign_in') === true && mayBeKnown(arrival)
}

/** The guards that want to know who is asking, and what. */
async function attended(row: Route, exchange: Exchange, body: Body): Promise<Response> {
  const { context, actor } = exchange
  if (row.who === 'signed_in' && !actor) return notSignedIn(exchange)
  if (actor && !hasFormToken(exchange, actor, body)) {
    return refuse(exchange, problem('form_token'))
  }
  const offers = row.recent && actor && (await context.stepUp.due(actor))
  if (offers) return askToConfirm(exchange, offers, row.recent)
  if (!row.shape) return handled(row, exchange, undefined)

  const read = row.shape.safeParse(body.value)
  if (read.success) return handled(row, exchange, read.data)
  const problems = shapeProblems(read.error, body.value)
  return refuse(exchange, invalidFields(problems, context.passwordPolicy))
}

/**
 * Gives a browser the token that takes the place of the one it sent. Not where the answer gives or takes the
 * cookie itself: what a route has decided of it stands.
 */
function carried({ context, actor }: Exchange, response: Response): Response {
  if (!actor?.renewedToken || response.headers.has('set-cookie')) return response
  const { cookies, sessionPolicy } = context
  // The only header that is patched on (see `answers.ts`): seldom, and wherever somebody is known.
  response.headers.append(
    'set-cookie',
    cookies.session.give(actor.renewedToken.expose(), sessionPolicy.lifetime),
  )
  return response
}

/** When the handler fails people still get their form back, with all that they had typed. */
async function handled(row: Route, exchange: Exchange, body: unknown): Promise<Response> {
  try {
    return await row.handle({ ...exchange, body } as never)
  } catch (error) {
    return refuseFault(exchange, error)
  }
}

const nobody = {
  query: new Map(),
  credential: undefined,
  presented: undefined,
  actor: undefined,
  form: undefined,
}

const emptyBody: Body = { from: 'program', value: {} }

async function admittedBody(request: Request, context: HttpContext): Promise<Body | ProblemCode> {
  if (!isSameOrigin(request.headers, context.ownOrigins)) return 'cross_site'
  return readBody(request)
}

/** A form that acts by cookie must have been made for this very session (attack: a token of one's own). */
function hasFormToken(exchange: Exchange, actor: Authenticated, body: Body): boolean {
  if (exchange.credential?.by !== 'cookie' || body.from !== 'page') return true
  const token = exchange.request.headers.get(csrfHeader) ?? body.value[csrfField]
  return token !== undefined && exchange.context.formTokens.matches(token, actor.session)
}

/** RFC 9110, 11.6.1 and RFC 6750, 3: no error code for somebody who has not tried. */
export function challenge(presented: boolean): Readonly<Record<string, string>> {
  const error = presented ? ', error="invalid_token"' : ''
  return { 'www-authenticate': `Bearer realm="sallyport"${error}` }
}

function notSignedIn(exchange: Exchange): Response | Promise<Response> {
  const { context, requestId, audience, presented, request } = exchange
  if (audience !== 'page') {
    return refuse(exchange, problem(notSignedInCode(presented), challenge(presented !== undefined)))
  }
  const wanted = addressOf(request)
  const next =
    wanted === home || request.method !== 'GET' ? '' : `?next=${encodeURIComponent(wanted)}`
  return context.answers.redirect(requestId, `/login${next}`)
}

/** Stealing a cookie, or finding a screen that was left open, is not enough (ASVS 5.0, 7.5.1 and 7.5.3). */
export function askToConfirm(
  exchange: Exchange,
  offers: readonly string[],
  from: Route['recent'],
): Response | Promise<Response> {
  const { context, requestId, audience, request } = exchange
  if (audience !== 'page') return refuse(exchange, reauthenticationRequired(offers))
  const next = from === 'here' || from === undefined ? addressOf(request) : from
  return context.answers.redirect(requestId, `/confirm?next=${encodeURIComponent(next)}`)
}

function addressOf(request: Request): string {
  const { pathname, search } = new URL(request.url)
  return `${pathname}${search}`
}

function notSignedInCode(presented: PresentedToken | undefined): ProblemCode {
  if (!presented) return 'not_authenticated'
  return presented.kind === 'jwt' ? 'invalid_token' : 'invalid_session'
}

/** Where people go when nothing else was asked for. */
export const home = '/dashboard'

function audienceOf(row: Route, request: Request): Audience {
  if (row.answers) return row.answers
  if (row.method === 'GET') return 'page'
  return asksForPage(request) ? 'page' : 'program'
}

/** Only browsers on their way to a page say so. */
export function asksForPage(request: Request): boolean {
  return request.headers.get('accept')?.includes('text/html') ?? false
}

function queryOf(url: string): string {
  const start = url.indexOf('?')
  if (start < 0) return ''
  const end = url.indexOf('#', start)
  return url.slice(start + 1, end < 0 ? undefined : end)
}
