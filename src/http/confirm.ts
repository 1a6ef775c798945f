import type { z } from 'zod'
import type { OfferedProof } from '../core/assurance/index.ts'
import type { StepUpOutcome } from '../core/flows/step-up/index.ts'
import { confirmPage } from '../pages/confirm.ts'
import { type Exchange, type FormPage, personOf, refuse } from './exchange.ts'
import { handOver } from './hand-over.ts'
import { originOf, tooMany } from './limits.ts'
import { ownPath } from './next.ts'
import { type Problem, problem, refusedProof } from './problems.ts'
import { type ProofBody, proofIn, proofShapes } from './proofs.ts'
import { challenge, home, type SignedIn } from './route.ts'
import { text } from './shape.ts'

type SignedInExchange = Exchange & SignedIn

interface ConfirmBody extends ProofBody {
  readonly next?: string | undefined
}

export const confirmShape: z.ZodType<ConfirmBody> = proofShapes<{ readonly next?: string }>(
  ['code', 'recovery_code', 'credential', 'password'],
  { next: text },
)

type Refusal = Extract<StepUpOutcome, { readonly kind: 'refused' }>['reason']

const refusals: Readonly<Record<Refusal, Problem>> = {
  wrong_password: refusedProof('wrong_password'),
  wrong_code: refusedProof('wrong_code'),
  passkey_refused: refusedProof('passkey_refused'),
  not_authenticated: problem('invalid_session', challenge(true)),
}

/** `GET /confirm`: "Confirm that it is you", before something sensitive. Who has just done so goes on. */
export async function showConfirmation(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, query, actor } = exchange
  if (!(await context.stepUp.due(actor))) {
    return context.answers.redirect(requestId, destination(exchange, query.get('next')))
  }
  const given = wantedIn(query)
  const html = await confirmForm(exchange, given, [])
  return context.answers.page(requestId, 200, html ?? '')
}

/** `POST /confirm`: one proof. People are led back to what they were about to do, or asked for the next. */
export async function submitConfirmation(
  exchange: SignedInExchange & { readonly body: ConfirmBody },
): Promise<Response> {
  const { context, request, body } = exchange
  const from = { origin: originOf(exchange), signal: request.signal }
  const outcome = await context.stepUp.prove(exchange, proofIn(body), from)
  if (outcome.kind === 'limited') return refuse(exchange, tooMany(exchange, outcome))
  if (outcome.kind === 'refused') return refuse(exchange, refusals[outcome.reason])
  const { offers, recoveryCodesLeft: left } = outcome
  const wanted = destination(exchange, body.next)
  // Told where they would look for it; whatever else was wanted comes first.
  const next =
    left !== undefined && wanted === security ? `${security}?notice=recovery_code_used` : wanted
  return handOver(exchange, outcome, {
    message: offers ? 'Proved. Something else is needed as well' : 'Confirmed',
    more: {
      confirmed: offers === undefined,
      methods: offers ?? [],
      ...(left !== undefined && { recovery_codes_left: left }),
    },
    next: offers ? `/confirm?next=${encodeURIComponent(next)}` : next,
  })
}

/** `POST /confirm/options`: what a browser needs to ask for a passkey of whoever is signed in. */
export async function confirmationOptions({
  context,
  requestId,
  actor,
}: SignedInExchange): Promise<Response> {
  const publicKey = await context.stepUp.passkeyOptions(actor)
  return context.answers.json(requestId, 200, { publicKey })
}

export const confirmForm: FormPage<string | undefined> = async (exchange, given, problems) => {
  const { context, actor } = exchange
  if (!actor) return undefined
  const offers = (await context.stepUp.due(actor)) ?? []
  const person = await personOf(context, actor)
  return confirmPage({
    frame: context.frame,
    email: person?.email ?? '',
    offers,
    asked: askedIn(given, offers),
    next: ownPath(given['next'], context.publicAddress),
    step: offers.includes('password') ? 'first' : 'second',
    problems,
    csrfToken: context.formTokens.make(actor.session),
  })
}

type Asked = Exclude<OfferedProof, 'passkey'>

/** What a link to such a page says: which form to show, and where to go afterwards. */
export function wantedIn(query: Exchange['query']): Readonly<Record<string, string>> {
  const field = fields.find(([, proof]) => proof === query.get('with'))?.[0]
  return { ...(field && { [field]: '' }), next: query.get('next') ?? '' }
}

/** What the form that was sent, or a link on it, is for; else the first that can be typed. */
export function askedIn(
  given: Readonly<Record<string, string>>,
  offers: readonly OfferedProof[],
): Asked | undefined {
  const typed = offers.filter((one): one is Asked => one !== 'passkey')
  const wanted = fields.find(([field]) => given[field] !== undefined)?.[1]
  return typed.find((one) => one === wanted) ?? typed[0]
}

const fields = [
  ['recovery_code', 'recovery_code'],
  ['code', 'totp'],
  ['password', 'password'],
] as const

const security = '/account/security'

function destination({ context }: Exchange, next: string | undefined): string {
  return ownPath(next, context.publicAddress) ?? home
}
