import { z } from 'zod'
import type { Passkey } from '../core/passkeys/index.ts'
import { withCookies } from './answers.ts'
import { deviceOf } from './device.ts'
import { type Exchange, refuse } from './exchange.ts'
import { factorRefusals } from './factors.ts'
import { whatSpeaksFor } from './hand-over.ts'
import { originOf, tooMany } from './limits.ts'
import { invalidFields, problem } from './problems.ts'
import { credential, factorIn, type ProofBody } from './proofs.ts'
import type { SignedIn } from './route.ts'

type SignedInExchange = Exchange & SignedIn

/** `GET /passkeys`: those of the account, the oldest first. Nothing by which an authenticator knows them. */
export async function listPasskeys({
  context,
  requestId,
  actor,
}: SignedInExchange): Promise<Response> {
  const passkeys = await context.secondFactor.passkeys(actor)
  return context.answers.json(requestId, 200, { passkeys: passkeys.map(describePasskey) })
}

function describePasskey({ id, name, backedUp, createdAt, usedAt }: Passkey): object {
  return {
    id,
    name,
    synced: backedUp,
    created_at: new Date(createdAt).toISOString(),
    last_used_at: usedAt === undefined ? null : new Date(usedAt).toISOString(),
  }
}

/** `POST /passkeys/options`: what a browser needs to make one. */
export async function newPasskeyOptions(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, actor } = exchange
  const publicKey = await context.secondFactor.passkeyOptions(actor)
  if (!publicKey) return refuse(exchange, problem('invalid_session'))
  return context.answers.json(requestId, 200, { publicKey })
}

export interface NewPasskeyBody {
  readonly credential?: unknown
  readonly name?: string | undefined
}

export const newPasskeyShape: z.ZodType<NewPasskeyBody> = z.object({
  credential,
  name: z.string().optional(),
})

/** `POST /passkeys`: adds what a browser has made. Every other session ends. */
export async function addPasskey(
  exchange: SignedInExchange & { readonly body: NewPasskeyBody },
): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.addPasskey(exchange, madeIn(exchange))
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  const speaks = await whatSpeaksFor(exchange, outcome)
  const answer = {
    ...speaks.body,
    message: 'Passkey added',
    passkey: describePasskey(outcome.passkey),
    ...(outcome.codes && { recovery_codes: outcome.codes.map((code) => code.expose()) }),
  }
  return withCookies(context.answers.json(requestId, 201, answer), speaks.cookies)
}

/** Named after the browser, until its owner says otherwise. */
export function madeIn({ body, client }: Exchange & { readonly body: NewPasskeyBody }): {
  response: unknown
  name: string
} {
  return { response: body.credential, name: body.name ?? deviceOf(client.agent) }
}

interface RenameBody {
  readonly name: string
}

export const renameShape: z.ZodType<RenameBody> = z.object({ name: z.string() })

/** `POST /passkeys/{id}`: gives it another name. */
export async function renamePasskey(
  exchange: SignedInExchange & { readonly body: RenameBody },
): Promise<Response> {
  const { context, requestId, actor, parameters, body } = exchange
  const renamed = await context.secondFactor.renamePasskey(actor, parameters['id'] ?? '', body.name)
  if (renamed === 'no_passkey') return refuse(exchange, problem('not_found'))
  if (renamed === 'bad_name') return refuse(exchange, badName(exchange))
  return context.answers.json(requestId, 200, { message: 'Passkey renamed' })
}

export function badName({ context }: Exchange): ReturnType<typeof invalidFields> {
  return invalidFields([{ field: 'name', rule: 'not_allowed' }], context.passwordPolicy)
}

/** `DELETE /passkeys/{id}`: takes a code of the app, a recovery code, or what a passkey answers. */
export async function removePasskey(
  exchange: SignedInExchange & { readonly body: ProofBody },
): Promise<Response> {
  const { context, requestId, body, parameters } = exchange
  const { secondFactor } = context
  const outcome = await secondFactor.removePasskey(
    exchange,
    parameters['id'] ?? '',
    factorIn(body),
    originOf(exchange),
  )
  if (outcome.kind === 'limited') return refuse(exchange, tooMany(exchange, outcome))
  if (outcome.kind === 'refused') {
    const isUnknown = outcome.reason === 'no_factor'
    return refuse(exchange, isUnknown ? problem('not_found') : factorRefusals[outcome.reason])
  }
  const speaks = await whatSpeaksFor(exchange, outcome)
  const answer = { ...speaks.body, message: 'Passkey removed' }
  return withCookies(context.answers.json(requestId, 200, answer), speaks.cookies)
}
