import type { Auth } from './api.ts'
import type { Passkeys } from './core/passkeys/index.ts'
import type { Client, PresentedToken } from './core/sessions/index.ts'
import type { HttpContext } from './http/context.ts'
import { header, type RequestLike } from './http/credentials.ts'
import { refused } from './kernel/outcome.ts'
import { Secret } from './kernel/secret.ts'
import type { SessionChecking } from './session-check.ts'

/** What the composition root has wired. */
export type Chapters = Pick<
  HttpContext,
  | 'accounts'
  | 'login'
  | 'registration'
  | 'passwordChange'
  | 'passwords'
  | 'sessions'
  | 'sessionPolicy'
  | 'tokens'
  | 'secondFactor'
  | 'enrolment'
  | 'stepUp'
  | 'devices'
  | 'factors'
> & { readonly passkeys: Passkeys }

const kinds = { cookie: 'session', bearer: 'bearer', token: 'jwt' } as const

/** The verbs for the application around us. Not the HTTP handlers: those take nothing but requests. */
export function inProcess(
  {
    accounts,
    login,
    registration,
    passwordChange,
    sessions,
    sessionPolicy,
    stepUp,
    tokens,
  }: Chapters,
  { cookies, credentials, issuer }: Pick<HttpContext, 'cookies' | 'credentials' | 'issuer'>,
  { onRevoked }: SessionChecking,
): Omit<Auth, 'fetch' | 'ready' | 'metrics' | 'close'> {
  const presentedBy = (request: RequestLike | undefined) => {
    const credential = request && credentials.find(request)
    return credential && credentials.presented(credential)
  }
  return {
    authenticate: (request) => {
      const presented = presentedBy(request)
      // A promise costs a good part of a check; there is one only where a token was not seen before.
      return isPromise(presented)
        ? presented.then((token) => sessions.authenticate(token))
        : sessions.authenticate(presented)
    },
    accounts: { find: (id) => accounts.findById(id) },
    register: (input) => registration.register({ ...input, password: new Secret(input.password) }),
    login: async ({ email, password, transport = 'cookie', request }) =>
      login.withPassword({
        client: clientOf(request),
        email,
        password: new Secret(password),
        kind: kinds[transport],
        presented: await presentedBy(request),
      }),
    loginWithFactor: async ({ pending, factor: { kind, code }, request }) =>
      login.withFactor({
        client: clientOf(request),
        pending,
        factor: { kind, code: new Secret(code) },
        presented: await presentedBy(request),
      }),
    changePassword: async ({ request, currentPassword, newPassword }) => {
      const presented = await presentedBy(request)
      const actor = presented && (await sessions.authenticate(presented))
      if (!actor) return refused('not_authenticated')
      return passwordChange.change({
        actor,
        presented,
        currentPassword: new Secret(currentPassword),
        newPassword: new Secret(newPassword),
      })
    },
    reauthenticationDue: (who) => stepUp.due(who),
    sessions: {
      list: (account) => sessions.list(account),
      revoke: (account, session) => sessions.endById(account, session),
      revokeAll: (account) => sessions.endAll(account),
      onRevoked,
    },
    tokens: {
      issue: async (session) => {
        if (session.kind !== 'jwt') throw new TypeError('this session has a token of its own')
        return tokens.issue(session)
      },
      refresh: (refreshToken) => tokens.refresh(new Secret(refreshToken)),
      revoke: (token) => tokens.revoke(new Secret(token)),
      introspect: async (accessToken) => (await tokens.introspect(new Secret(accessToken)))?.claims,
      keySet: () => issuer.keySet(),
    },
    cookieFor: (token) => cookies.session.give(token.expose(), sessionPolicy.lifetime),
    logout: async (request) => {
      const credential = credentials.find(request)
      if (credential?.kind === 'jwt') await tokens.revoke(credential.value)
      else if (credential) await sessions.end({ kind: credential.kind, value: credential.value })
      return cookies.session.take()
    },
  }
}

function isPromise(
  presented: PresentedToken | Promise<PresentedToken> | undefined,
): presented is Promise<PresentedToken> {
  return presented instanceof Promise
}

/** The address is known to the listener only, not to who calls the library. */
function clientOf(request: RequestLike | undefined): Client {
  return { agent: (request && header(request.headers, 'user-agent')) ?? '', address: '' }
}
