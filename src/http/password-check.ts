import { z } from 'zod'
import { readPlaintext } from '../core/passwords/index.ts'
import type { HttpContext } from './context.ts'
import { type Exchange, personOf } from './exchange.ts'
import { describe } from './problems.ts'
import type { PasswordProblem } from './texts.ts'

interface PasswordCheckBody {
  readonly password: string
  readonly email?: string | undefined
  readonly full_name?: string | undefined
}

export const passwordCheckShape: z.ZodType<PasswordCheckBody> = z.object({
  password: z.string(),
  email: z.string().optional(),
  full_name: z.string().optional(),
})

/**
 * `POST /password/check`: how good a password is that is being typed, by the policy that will judge it
 * when it is sent; of whoever is signed in, if the body says nothing of the person. Refusals are no
 * errors here. Nothing is kept, and the breached are not asked.
 */
export async function checkPassword({
  context,
  requestId,
  actor,
  body,
}: Exchange & { readonly body: PasswordCheckBody }): Promise<Response> {
  const person = actor && (await personOf(context, actor))
  const { email = person?.email ?? '', full_name = person?.fullName ?? '' } = body
  const { score, broken } = await preview(context, body.password, [email, full_name])
  const problems = broken.map((one) => {
    const { rule, message } = describe(one, context.passwordPolicy)
    return { rule, message }
  })
  return context.answers.json(requestId, 200, { acceptable: broken.length === 0, score, problems })
}

interface Preview {
  readonly score: number
  readonly broken: readonly PasswordProblem[]
}

async function preview(
  { passwords }: HttpContext,
  password: string,
  about: readonly string[],
): Promise<Preview> {
  const read = readPlaintext(password)
  if ('broken' in read) return { score: 0, broken: [{ field: 'password', rule: read.broken }] }
  const { score, broken } = await passwords.preview(read.plaintext, about)
  return { score, broken: broken.map((one) => ({ field: 'password', ...one })) }
}
