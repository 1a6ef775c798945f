import {
  type Admitted,
  type BudgetName,
  describeBudget,
  type Limited,
  type Origin,
} from '../core/limits/index.ts'
import type { Entry, Exchange } from './exchange.ts'
import { networkOf } from './network.ts'
import { type Problem, problem } from './problems.ts'
import { waitText, windowText } from './texts.ts'

/** Takes a point of each budget for the client's network, before anything of the request is read. */
export async function enter(
  { context, client }: Pick<Exchange, 'context' | 'client'>,
  names: readonly BudgetName[],
): Promise<Entry> {
  const entry = await context.limits.take(names, networkOf(client.address))
  if (entry.kind === 'limited') await context.limitReached(entry, undefined)
  return entry
}

/** From where a request comes, for who counts what can be guessed. */
export function originOf({ context, client, request, entry }: Exchange): Origin {
  return {
    network: networkOf(client.address),
    device: context.cookies.known.read(request.headers.get('cookie')),
    // It is written down already.
    limited: entry?.kind === 'limited' ? { ...entry, isFirst: false } : undefined,
  }
}

/**
 * May a request go on that its network has no attempts for? Only to find out whether the account knows the device: an
 * owner is not kept out by who else is on the network.
 */
export function mayBeKnown({ context, request }: Pick<Exchange, 'context' | 'request'>): boolean {
  const device = context.cookies.known.read(request.headers.get('cookie'))
  return context.knownDevices.isKnown(device)
}

/** Gives back what a request did not turn out to be, and says on the answer what is left. */
export async function leave(
  { context }: Pick<Exchange, 'context'>,
  entry: Admitted,
  response: Response,
): Promise<Response> {
  const isBack = ({ budget }: Admitted['taken'][number]) =>
    response.status >= 500 || givenBack[budget]?.(response.status) === true
  const back = entry.taken.filter(isBack)
  if (back.length > 0) await context.limits.giveBack(back)
  for (const [name, value] of Object.entries(leftAfter(entry, back))) {
    response.headers.set(name, value)
  }
  return response
}

/** By the answer: what is a success costs nothing, and a mistake in a form is no registration. */
const givenBack: { readonly [Name in BudgetName]?: (status: number) => boolean } = {
  sign_in: isSuccess,
  sign_in_steps: isSuccess,
  tokens: isSuccess,
  registration: (status) => status === 422,
  registration_mistakes: (status) => status !== 422,
}

function isSuccess(status: number): boolean {
  return status < 400
}

/**
 * The client's own budgets and what is left of them: draft-ietf-httpapi-ratelimit-headers-10. Never those of an account:
 * they would tell strangers what others do.
 */
function leftAfter({ taken }: Admitted, back: Admitted['taken']): Readonly<Record<string, string>> {
  if (taken.length === 0) return {}
  const policies = taken.map(({ budget, point }) => policyOf(budget, point.budget))
  const left = taken.map((one) => {
    const rest = one.point.left + (back.includes(one) ? 1 : 0)
    return `"${one.budget}";r=${rest};t=${secondsOf(one.point.reset)}`
  })
  return { 'ratelimit-policy': policies.join(', '), ratelimit: left.join(', ') }
}

function policyOf(name: BudgetName, { points, window }: { points: number; window: number }) {
  return `"${name}";q=${points};w=${secondsOf(window)}`
}

/** What is told of a wait that depends on what others have done: nothing. */
const saidOfOthers = 15 * 60 * 1000

/** 429 (RFC 6585, 4). How long is said to whoever has spent the points, and to nobody else. */
export function tooMany({ context }: Pick<Exchange, 'context'>, limited: Limited): Problem {
  const { by } = describeBudget(limited.budget)
  const isOwn = by !== 'account' && by !== 'everybody'
  const wait = isOwn ? limited.wait : saidOfOthers
  const seconds = Math.max(1, secondsOf(wait))
  const budget = context.limits.budget(limited.budget)
  const own = by === 'network' && budget
  const refusal = problem('rate_limited', {
    'retry-after': String(seconds),
    ...(own && {
      'ratelimit-policy': policyOf(limited.budget, budget),
      ratelimit: `"${limited.budget}";r=0;t=${seconds}`,
    }),
  })
  return {
    ...refusal,
    detail: own ? (guessTexts[limited.budget] ?? exceeded(budget)) : tooManyAttempts,
    more: { retry_after: seconds, ...(own && { limit: exceeded(budget) }) },
    shown: `${shownTexts[limited.budget] ?? 'Too many attempts.'} Please try again ${waitText(wait)}.`,
  }
}

const tooManyAttempts = 'Too many login attempts. Please try again later.'

const guessTexts: { readonly [Name in BudgetName]?: string } = {
  sign_in: tooManyAttempts,
  sign_in_steps: tooManyAttempts,
}

function exceeded({ points, window }: { points: number; window: number }): string {
  return `Rate limit exceeded: ${points} per ${windowText(window)}`
}

const shownTexts: { readonly [Name in BudgetName]?: string } = {
  sign_in: 'Too many attempts to sign in from your network.',
  password: 'Too many attempts to sign in to this account.',
  password_account: 'Too many attempts to sign in to this account.',
  password_device:
    'Too many wrong passwords in this browser. Use another one, or a passkey, or ask the operator.',
  factor: 'Too many wrong codes.',
  factor_account: 'Too many wrong codes.',
  registration: 'Several accounts have been created from your network lately.',
  registration_mistakes: 'Too many attempts to create an account from your network.',
}

function secondsOf(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000)
}
