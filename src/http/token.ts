import { z } from 'zod'
import type { LoginOutcome, LoginRefusal } from '../core/flows/login/index.ts'
import type { TokenPair } from '../core/flows/tokens/index.ts'
import { firstParty } from '../core/tokens/index.ts'
import { Secret } from '../kernel/secret.ts'
import { clientCredentials } from './client-credentials.ts'
import { type Exchange, refuse } from './exchange.ts'
import { bodyOf } from './hand-over.ts'
import { enter, originOf, tooMany } from './limits.ts'
import { noCache, type OAuthError, oauthError, parameter } from './oauth.ts'

interface TokenBody {
  readonly grant_type?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly refresh_token?: string | undefined
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
}

export const tokenShape: z.ZodType<TokenBody> = z.object({
  grant_type: parameter,
  username: parameter,
  password: parameter,
  refresh_token: parameter,
  client_id: parameter,
  client_secret: parameter,
})

type TokenExchange = Exchange & { readonly body: TokenBody }

const grants: Readonly<Record<string, (exchange: TokenExchange) => Promise<Response>>> = {
  password: grantByPassword,
  refresh_token: grantByRefreshToken,
}

/** `POST /token` (RFC 6749, 3.2). Without `grant_type` it is a password, as many a client leaves that out. */
export function submitToken(exchange: TokenExchange): Promise<Response> | Response {
  const { context, body } = exchange
  const refusal = clientRefusal(exchange)
  if (refusal) return refused(exchange, refusal)
  const type = body.grant_type ?? 'password'
  const grant = Object.hasOwn(grants, type) ? grants[type] : undefined
  if (grant && (grant !== grantByPassword || context.issuer.passwordGrant)) return grant(exchange)
  return refused(exchange, {
    error: 'unsupported_grant_type',
    description: `The grant_type must be ${grantTypes(context.issuer).join(' or ')}.`,
  })
}

export function grantTypes({ passwordGrant }: { readonly passwordGrant: boolean }): string[] {
  return passwordGrant ? ['password', 'refresh_token'] : ['refresh_token']
}

/** Programs of others have no business here (RFC 9700, 2.4); ours have no secret to keep. */
function clientRefusal({ request, body }: TokenExchange): OAuthError | undefined {
  const client = clientCredentials(request.headers, body)
  if (client === 'twice') return { error: 'invalid_request', description: twice }
  const isOurs = client && client.secret === '' && (client.id === '' || client.id === firstParty)
  return isOurs ? undefined : invalidClient
}

export const twice = 'The client is given in two places.'

/** RFC 6749, 5.2. A challenge goes with every 401 (RFC 9110, 15.5.2), however the client was given. */
export const invalidClient: OAuthError = {
  error: 'invalid_client',
  description: 'The client is not known here, or its secret is wrong.',
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="sallyport"' },
}

async function grantByPassword(exchange: TokenExchange): Promise<Response> {
  const { context, body } = exchange
  const { username, password } = body
  if (username === undefined || password === undefined) {
    return refused(exchange, missing('username and password'))
  }
  const outcome = await attempted(exchange, { username, password })
  switch (outcome.kind) {
    case 'limited':
      return refuse(exchange, tooMany(exchange, outcome))
    case 'signed_in':
      return granted(exchange, await context.tokens.issue(outcome.session))
    case 'factor_required':
      return refused(exchange, {
        error: 'mfa_required',
        description:
          'This account has a second factor: send mfa_token as pending_token, with code or recovery_code, to POST /login/factor.',
        more: { mfa_token: outcome.pending.expose(), factors: outcome.factors },
      })
    case 'enrolment_required':
      return refused(exchange, {
        error: 'mfa_required',
        description:
          'A second factor is required here, and this account has none: send mfa_token as pending_token to POST /login/enrolment/app.',
        more: { mfa_token: outcome.pending.expose(), factors: [] },
      })
    case 'refused':
      return refused(exchange, refusals[outcome.reason])
    case 'invalid':
      // A name that is no address is nobody's. What a password cannot be is no secret.
      return outcome.problems.some(({ field }) => field === 'password')
        ? refused(exchange, {
            error: 'invalid_request',
            description: 'The password is too long, or not Unicode.',
          })
        : refused(exchange, refusals.invalid_credentials)
  }
}

/** The same as at `POST /login`, and counted as there: it is another way in to the same door. */
async function attempted(
  exchange: TokenExchange,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<LoginOutcome> {
  const { context, request, client } = exchange
  const entry = await enter(exchange, ['sign_in'])
  const giveBack = async () => {
    if (entry.kind === 'admitted') await context.limits.giveBack(entry.taken)
  }
  try {
    const outcome = await context.login.withPassword({
      email: username,
      password: new Secret(password),
      kind: 'jwt',
      client,
      origin: originOf({ ...exchange, entry }),
      signal: request.signal,
    })
    if (outcome.kind === 'signed_in' || outcome.kind.endsWith('_required')) await giveBack()
    return outcome
  } catch (error) {
    // What fails on our side is nobody's attempt; to go away before the answer is.
    if (!request.signal.aborted) await giveBack()
    throw error
  }
}

const refusals: Readonly<Record<LoginRefusal, OAuthError>> = {
  invalid_credentials: {
    error: 'invalid_grant',
    description: 'Incorrect username or password',
  },
  passkey_refused: { error: 'invalid_grant', description: 'That passkey was not accepted.' },
  wrong_code: { error: 'invalid_grant', description: 'That code was not accepted.' },
  login_expired: { error: 'invalid_grant', description: 'This sign-in took too long.' },
  too_many_sessions: {
    error: 'invalid_grant',
    description: 'This account is signed in as often as it may be.',
  },
}

async function grantByRefreshToken(exchange: TokenExchange): Promise<Response> {
  const { context, body } = exchange
  if (body.refresh_token === undefined) return refused(exchange, missing('refresh_token'))
  const outcome = await context.tokens.refresh(new Secret(body.refresh_token))
  if (outcome.kind === 'refreshed') return granted(exchange, outcome)
  return refused(exchange, { error: 'invalid_grant', description: 'Invalid refresh token' })
}

function granted({ context, requestId }: Exchange, pair: TokenPair): Response {
  return context.answers.json(requestId, 200, bodyOf(pair), noCache)
}

export function refused({ context, requestId }: Exchange, error: OAuthError): Response {
  return oauthError(context.answers, requestId, error)
}

export function missing(what: string): OAuthError {
  return { error: 'invalid_request', description: `${what} must be given.` }
}
