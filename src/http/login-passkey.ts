import { z } from 'zod'
import { minutes } from '../kernel/clock.ts'
import { urlSafe } from '../kernel/random.ts'
import { withCookies } from './answers.ts'
import { type Exchange, refuse } from './exchange.ts'
import {
  answerLogin,
  arriving,
  isInCookies,
  kinds,
  loginRefusals,
  type Transport,
  transport,
  transportOf,
} from './login.ts'
import { credential } from './proofs.ts'
import { text } from './shape.ts'

interface PasskeyBody {
  readonly credential?: unknown
  readonly transport?: Transport | undefined
  readonly next?: string | undefined
}

export const passkeyShape: z.ZodType<PasskeyBody> = z.object({ credential, transport, next: text })

/** As long as a page may lie open before somebody signs in on it. */
const browserLifetime = minutes(60)

/**
 * `POST /login/passkey/options`: what a browser needs to ask for any passkey for this service. The same for
 * everybody, so that it tells nobody who has an account.
 */
export async function passkeyOptions(exchange: Exchange): Promise<Response> {
  const { context, requestId } = exchange
  const { cookies, random } = context
  const browser = browserOf(exchange) ?? urlSafe(random, 16)
  const publicKey = await context.login.passkeyOptions(browser)
  const answer = context.answers.json(requestId, 200, { publicKey })
  return withCookies(answer, [cookies.passkey.give(browser, browserLifetime)])
}

/** `POST /login/passkey`: no name and no password. */
export async function submitPasskey(
  exchange: Exchange & { readonly body: PasskeyBody },
): Promise<Response> {
  const { context, body } = exchange
  const browser = browserOf(exchange)
  if (browser === undefined) return refuse(exchange, loginRefusals.passkey_refused)
  const transport = transportOf(exchange, body)
  const outcome = await context.login.withPasskey({
    response: body.credential,
    browser,
    kind: kinds[transport],
    ...arriving(exchange),
  })
  return answerLogin(exchange, outcome, { inCookies: isInCookies(transport), next: body.next })
}

/** Other tabs of the same browser may have asked before: they are known by the same. */
function browserOf({ context, request }: Exchange): string | undefined {
  const value = context.cookies.passkey.read(request.headers.get('cookie'))
  return value !== undefined && /^[\w-]{22}$/.test(value) ? value : undefined
}
