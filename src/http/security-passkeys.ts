import { z } from 'zod'
import type { DeviceId } from '../core/devices/index.ts'
import { passkeyPage } from '../pages/passkey.ts'
import { recoveryCodesPage } from '../pages/recovery-codes.ts'
import { withCookies } from './answers.ts'
import { type Exchange, type FormPage, refuse } from './exchange.ts'
import { factorRefusals } from './factors.ts'
import { handOver, whatSpeaksFor } from './hand-over.ts'
import { originOf, tooMany } from './limits.ts'
import { badName, madeIn, type NewPasskeyBody } from './passkeys.ts'
import { problem } from './problems.ts'
import { eitherIn, type ProofBody, proofShapes } from './proofs.ts'
import type { SignedIn } from './route.ts'
import { shownPasskey } from './security.ts'
import { idText } from './shape.ts'

type SignedInExchange = Exchange & SignedIn

const page = '/account/security'

/** `POST /account/security/passkeys`: with the first one of an account come recovery codes, shown this once. */
export async function submitPasskey(
  exchange: SignedInExchange & { readonly body: NewPasskeyBody },
): Promise<Response> {
  const { context, requestId } = exchange
  const outcome = await context.secondFactor.addPasskey(exchange, madeIn(exchange))
  if (outcome.kind === 'refused') return refuse(exchange, factorRefusals[outcome.reason])
  const { cookies } = await whatSpeaksFor(exchange, outcome)
  if (!outcome.codes) {
    return withCookies(context.answers.redirect(requestId, `${page}?notice=passkey_added`), cookies)
  }
  const codes = outcome.codes.map((code) => code.expose())
  const html = recoveryCodesPage({ frame: context.frame, codes, after: 'passkey', onward: page })
  return withCookies(context.answers.page(requestId, 200, html), cookies)
}

/** `GET /account/security/passkeys/{id}`. */
export async function showPasskey(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, parameters } = exchange
  const html = await passkeyForm(exchange, { id: parameters['id'] ?? '' }, [])
  if (html === undefined) return refuse(exchange, problem('not_found'))
  return context.answers.page(requestId, 200, html)
}

export const passkeyForm: FormPage<string | undefined> = async (
  { context, actor },
  given,
  problems,
) => {
  const passkeys = actor ? await context.secondFactor.passkeys(actor) : []
  const passkey = passkeys.find(({ id }) => id === given['id'])
  if (!actor || !passkey) return undefined
  const { app, recoveryCodes } = await context.secondFactor.heldBy(actor)
  return passkeyPage({
    frame: context.frame,
    passkey: shownPasskey(passkey),
    recent: (await context.stepUp.due(actor)) === undefined,
    removable: !(await context.secondFactor.isLastRequired(actor)),
    offers: [
      ...(app?.isDisabled === false ? (['totp'] as const) : []),
      'passkey',
      ...(recoveryCodes > 0 ? (['recovery_code'] as const) : []),
    ],
    problems,
    csrfToken: context.formTokens.make(actor.session),
  })
}

interface RenameBody {
  readonly id: string
  readonly name: string
}

export const renameFormShape: z.ZodType<RenameBody> = z.object({ id: idText, name: z.string() })

/** `POST /account/security/passkeys/rename`. */
export async function submitName(
  exchange: SignedInExchange & { readonly body: RenameBody },
): Promise<Response> {
  const { context, requestId, actor, body } = exchange
  const renamed = await context.secondFactor.renamePasskey(actor, body.id, body.name)
  if (renamed === 'bad_name') return refuse(exchange, badName(exchange))
  const notice = renamed === 'renamed' ? '?notice=passkey_renamed' : ''
  return context.answers.redirect(requestId, `${page}${notice}`)
}

interface WhichPasskey {
  readonly id: string
}

export const passkeyRemovalShape: z.ZodType<ProofBody & WhichPasskey> = proofShapes<WhichPasskey>(
  ['code', 'credential'],
  { id: idText },
)

/** `POST /account/security/passkeys/remove`. */
export async function submitPasskeyRemoval(
  exchange: SignedInExchange & { readonly body: ProofBody & WhichPasskey },
): Promise<Response> {
  const { context, requestId, body } = exchange
  const outcome = await context.secondFactor.removePasskey(
    exchange,
    body.id,
    eitherIn(body),
    originOf(exchange),
  )
  if (outcome.kind === 'limited') return refuse(exchange, tooMany(exchange, outcome))
  if (outcome.kind === 'refused') {
    return outcome.reason === 'no_factor'
      ? context.answers.redirect(requestId, page)
      : refuse(exchange, factorRefusals[outcome.reason])
  }
  return handOver(exchange, outcome, {
    message: 'Passkey removed',
    next: `${page}?notice=passkey_removed`,
  })
}

interface WhichDevice {
  readonly id: string
}

export const deviceRemovalShape: z.ZodType<WhichDevice> = z.object({ id: idText })

/** `POST /account/security/devices/remove`: a code is asked for there again. */
export async function submitDeviceRemoval(
  exchange: SignedInExchange & { readonly body: WhichDevice },
): Promise<Response> {
  const { context, requestId, actor, body } = exchange
  await context.secondFactor.removeDevice(actor, body.id as DeviceId)
  return context.answers.redirect(requestId, `${page}?notice=device_removed`)
}
