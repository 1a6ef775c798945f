import { z } from 'zod'
import type { PasswordChangeRefusal } from '../core/flows/password-change/index.ts'
import { minPasswordLength } from '../core/passwords/index.ts'
import { Secret } from '../kernel/secret.ts'
import { passwordChangePage } from '../pages/password-change.ts'
import { type Exchange, type FormPage, personOf, refuse } from './exchange.ts'
import { handOver } from './hand-over.ts'
import { originOf, tooMany } from './limits.ts'
import { invalidFields, type Problem, problem, wrongPassword } from './problems.ts'
import { askToConfirm, challenge, type SignedIn } from './route.ts'
import { passwordAdvice } from './texts.ts'

interface PasswordChangeBody {
  readonly current_password: string
  readonly new_password: string
}

export const passwordChangeShape: z.ZodType<PasswordChangeBody> = z.object({
  current_password: z.string(),
  new_password: z.string(),
})

type SignedInExchange = Exchange & SignedIn
type PasswordChangeExchange = SignedInExchange & { readonly body: PasswordChangeBody }

const refusals: Readonly<Record<PasswordChangeRefusal, Problem>> = {
  wrong_password: wrongPassword(),
  not_authenticated: problem('invalid_session', challenge(true)),
}

/** `GET /password/change`: its form asks for the password. Where that is not enough, the rest is asked for first. */
export async function showPasswordChange(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, actor } = exchange
  const password = { method: 'password', at: context.clock.now() } as const
  const offers = await context.stepUp.due(actor, password)
  if (offers) return askToConfirm(exchange, offers, 'here')
  return context.answers.page(requestId, 200, await passwordChangeForm(exchange, {}, []))
}

/** `GET /.well-known/change-password`, where password managers look (W3C, Well-Known URL for Changing Passwords). */
export function sendToPasswordChange({ context, requestId }: Exchange): Response {
  return context.answers.redirect(requestId, '/password/change')
}

/** `POST /password/change`: every other session ends, this one goes on under a new token. */
export async function submitPasswordChange(exchange: PasswordChangeExchange): Promise<Response> {
  const { context, request, body, actor, presented } = exchange
  const outcome = await context.passwordChange.change({
    actor,
    presented,
    currentPassword: new Secret(body.current_password),
    newPassword: new Secret(body.new_password),
    origin: originOf(exchange),
    signal: request.signal,
  })

  switch (outcome.kind) {
    case 'changed':
      return handOver(exchange, outcome, {
        message: 'Password changed',
        next: '/dashboard?notice=password_changed',
      })
    case 'reauthentication_required':
      return askToConfirm(exchange, outcome.offers, '/password/change')
    case 'limited':
      return refuse(exchange, tooMany(exchange, outcome))
    case 'refused':
      return refuse(exchange, refusals[outcome.reason])
    case 'invalid':
      return refuse(exchange, invalidFields(outcome.problems, context.passwordPolicy))
  }
}

export const passwordChangeForm: FormPage = async ({ context, actor }, _given, problems) => {
  const { frame, passwordPolicy, formTokens } = context
  return passwordChangePage({
    frame,
    email: (actor && (await personOf(context, actor)))?.email ?? '',
    problems,
    passwordRules: passwordAdvice(passwordPolicy),
    passwordMinLength: minPasswordLength[passwordPolicy],
    csrfToken: actor ? formTokens.make(actor.session) : '',
  })
}
