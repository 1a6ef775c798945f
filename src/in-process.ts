import type { Auth } from './api.ts'
import type { Unlock } from './core/flows/unlock/index.ts'
import type { Origin } from './core/limits/index.ts'
import type { Passkeys } from './core/passkeys/index.ts'
import type { Client, PresentedToken } from './core/sessions/index.ts'
import type { HttpContext } from './http/context.ts'
import { header, type RequestLike } from './http/credentials.ts'
import { canonicalAddress, networkOf } from './http/network.ts'
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
  | 'signOut'
  | 'sessionPolicy'
  | 'tokens'
  | 'secondFactor'
  | 'enrolment'
  | 'stepUp'
  | 'devices'
  | 'factors'
> & { readonly passkeys: Passkeys; readonly unlock: Unlock }

type Web = Pick<HttpContext, 'cookies' | 'credentials' | 'issuer' | 'asking'>

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
    signOut,
    stepUp,
    tokens,
    unlock,
  }: Chapters,
  { cookies, credentials, issuer, asking }: Web,
  { onRevoked }: SessionChecking,
): Omit<Auth, 'fetch' | 'ready' | 'metrics' | 'close'> {
  const presentedBy = (request: RequestLike | undefined) => {
    const credential = request && credentials.find(request)
    return credential && credentials.presented(credential)
  }
  const askedFrom = <Result>(from: From, work: (asked: Asked) => Result): Result => {
    const client = clientOf(from)
    const device = cookies.known.read(from.request && header(from.request.headers, 'cookie'))
    return asking.from(client, () =>
      work({ client, origin: { network: networkOf(client.address), device } }),
    )
  }
  return {
    authenticate: (request) => {
      const presented = presentedBy(request)
      // A promise costs a good part of a check; there is one only where a token was not seen before.
      return isPromise(presented)
        ? presented.then((token) => sessions.authenticate(token))
        : sessions.authenticate(presented)
    },
    accounts: {
      find: (id) => accounts.findById(id),
      unlock: async (id) => (await unlock.unlock(id)) !== undefined,
    },
    register: ({ request, address, ...input }) =>
      asking.from(clientOf({ request, address }), () =>
        registration.register({ ...input, password: new Secret(input.password) }),
      ),
    login: async ({ email, password, transport = 'cookie', ...from }) => {
      const presented = await presentedBy(from.request)
      return askedFrom(from, (asked) =>
        login.withPassword({
          ...asked,
          email,
          password: new Secret(password),
          kind: kinds[transport],
          presented,
        }),
      )
    },
    loginWithFactor: async ({ pending, factor: { kind, code }, ...from }) => {
      const presented = await presentedBy(from.request)
      const factor = { kind, code: new Secret(code) }
      return askedFrom(from, (asked) => login.withFactor({ ...asked, pending, factor, presented }))
    },
    changePassword: async ({ currentPassword, newPassword, ...from }) => {
      const presented = await presentedBy(from.request)
      const actor = presented && (await sessions.authenticate(presented))
      if (!actor) return refused('not_authenticated')
      return askedFrom(from, ({ origin }) =>
        passwordChange.change({
          actor,
          presented,
          currentPassword: new Secret(currentPassword),
          newPassword: new Secret(newPassword),
          origin,
        }),
      )
    },
    reauthenticationDue: (who) => stepUp.due(who),
    sessions: {
      list: (account) => sessions.list(account),
      revoke: (account, session) => signOut.endById(account, session, 'ended_by_operator'),
      revokeAll: (account) => signOut.endAll(account, 'ended_by_operator'),
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
      else if (credential) await signOut.end({ kind: credential.kind, value: credential.value })
      return cookies.session.take()
    },
  }
}

function isPromise(
  presented: PresentedToken | Promise<PresentedToken> | undefined,
): presented is Promise<PresentedToken> {
  return presented instanceof Promise
}

/** From where an application was asked for what it asks for. */
interface From {
  readonly request?: RequestLike | undefined
  readonly address?: string | undefined
}

interface Asked {
  readonly client: Client
  readonly origin: Origin
}

/** The address is known to the listener only: who calls the library says it, or all count as one client. */
function clientOf({ request, address }: From): Client {
  const agent = (request && header(request.headers, 'user-agent')) ?? ''
  return { agent, address: canonicalAddress(address ?? '') ?? '' }
}
