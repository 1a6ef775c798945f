import type { Account } from '../core/accounts/index.ts'
import type { Admitted, Limited } from '../core/limits/index.ts'
import type { Authenticated, Client, PresentedToken } from '../core/sessions/index.ts'
import type { FieldProblem as PageProblem } from '../pages/page.ts'
import { problemPage } from '../pages/problem.ts'
import type { HttpContext } from './context.ts'
import type { Credential } from './credentials.ts'
import type { Fields } from './fields.ts'
import { refuseOAuth } from './oauth.ts'
import { formTexts, type Problem } from './problems.ts'

/** Who reads the answer: a person in a browser, a program, or a program that speaks OAuth. */
export type Audience = 'page' | 'program' | 'oauth'

/** One request on its way to its answer. */
export interface Exchange {
  readonly context: HttpContext
  readonly request: Request
  readonly requestId: string
  /** Who asks, as far as the network and the client itself say. */
  readonly client: Client
  /** The parts of the path that the route leaves open. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Fields
  readonly audience: Audience
  /** What the request carries, and the session that it names. */
  readonly credential: Credential | undefined
  readonly presented: PresentedToken | undefined
  /** Who is asking, where the route wants to know and somebody is signed in. */
  readonly actor: Authenticated | undefined
  /** What the request was let in by, where the route has limits. */
  readonly entry: Entry | undefined
  /** The form that a person has sent: what to draw again when it is refused. */
  readonly form: SentForm | undefined
}

/** What a request was let in by, or why it was not. */
export type Entry = Admitted | Limited

interface SentForm {
  readonly page: FormPage<string | undefined>
  readonly given: Readonly<Record<string, string>>
}

/** Draws a form again, with what was given and what is wrong with it; some are `undefined` where there is none any more. */
export type FormPage<Drawn extends string | undefined = string> = (
  exchange: Exchange,
  given: Readonly<Record<string, string>>,
  problems: readonly PageProblem[],
) => Drawn | Promise<Drawn>

/** The answer to an expected "no": problem+json for programs; for people their form, or a page. */
export async function refuse(exchange: Exchange, problem: Problem): Promise<Response> {
  const { context, requestId, audience } = exchange
  if (audience === 'program') return context.answers.problem(requestId, problem)
  if (audience === 'oauth') return refuseOAuth(context.answers, requestId, problem)
  return context.answers.page(
    requestId,
    problem.status,
    await draw(exchange, problem),
    problem.headers,
  )
}

async function draw(exchange: Exchange, problem: Problem): Promise<string> {
  const { context, requestId, form } = exchange
  const { status, title, errors, code } = problem
  const detail = problem.shown ?? problem.detail
  const whole = { field: undefined, message: formTexts[code] ?? detail }
  const again = await form?.page(exchange, form.given, errors ?? [whole])
  if (again !== undefined) return again
  return problemPage({ frame: context.frame, status, title, detail, requestId, home: true })
}

/** Whoever is signed in; `undefined` when they were removed since the session was found. */
export function personOf(
  context: HttpContext,
  { accountId }: Authenticated,
): Promise<Account | undefined> {
  return context.accounts.findById(accountId)
}
