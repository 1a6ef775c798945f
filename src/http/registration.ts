import { z } from 'zod'
import type { RegistrationRefusal } from '../core/flows/registration/index.ts'
import { minPasswordLength } from '../core/passwords/index.ts'
import { Secret } from '../kernel/secret.ts'
import { registerPage } from '../pages/register.ts'
import type { HttpContext } from './context.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { ownPath } from './next.ts'
import { emailTaken, invalidFields, type Problem } from './problems.ts'
import { home } from './route.ts'
import { passwordAdvice } from './texts.ts'

interface RegistrationBody {
  readonly email: string
  readonly full_name: string
  readonly password: string
  readonly next?: string | undefined
}

/** All that a client may set of an account; anything else in the body is dropped here. */
export const registrationShape: z.ZodType<RegistrationBody> = z.object({
  email: z.string(),
  full_name: z.string(),
  password: z.string(),
  next: z.string().optional(),
})

type RegistrationExchange = Exchange & { readonly body: RegistrationBody }

const refusals: Readonly<Record<RegistrationRefusal, Problem>> = {
  email_taken: emailTaken(),
}

/** `GET /register`. Who is signed in already has an account. */
export async function showRegistration(exchange: Exchange): Promise<Response> {
  const { context, requestId, query, actor } = exchange
  if (actor) return context.answers.redirect(requestId, home)
  const given = { next: query.get('next') ?? '' }
  return context.answers.page(requestId, 200, await registrationForm(exchange, given, []))
}

/** `POST /register`. */
export async function submitRegistration(exchange: RegistrationExchange): Promise<Response> {
  const { context, request, body } = exchange
  const outcome = await context.registration.register({
    email: body.email,
    fullName: body.full_name,
    password: new Secret(body.password),
    signal: request.signal,
  })

  switch (outcome.kind) {
    case 'registered':
      return registered(exchange)
    case 'refused':
      return refuse(exchange, refusals[outcome.reason])
    case 'invalid':
      return refuse(exchange, invalidFields(outcome.problems, context.passwordPolicy))
  }
}

export const registrationForm: FormPage = ({ context }, given, problems) => {
  const { frame, passwordPolicy, publicAddress } = context
  return registerPage({
    frame,
    email: given['email'] ?? '',
    fullName: given['full_name'] ?? '',
    next: ownPath(given['next'], publicAddress),
    problems,
    passwordRules: passwordAdvice(passwordPolicy),
    passwordMinLength: minPasswordLength[passwordPolicy],
  })
}

function registered({ context, requestId, audience, body }: RegistrationExchange): Response {
  if (audience === 'program') {
    return context.answers.json(requestId, 201, { message: 'User registered successfully' })
  }
  return context.answers.redirect(requestId, signInPath(context, body.next))
}

function signInPath({ publicAddress }: HttpContext, next: string | undefined): string {
  const path = ownPath(next, publicAddress)
  return `/login?notice=registered${path ? `&next=${encodeURIComponent(path)}` : ''}`
}
