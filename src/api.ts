import type { Account, AccountId } from './core/accounts/index.ts'
import type { OfferedProof } from './core/assurance/index.ts'
import type { LoginOutcome } from './core/flows/login/index.ts'
import type { PasswordChangeOutcome } from './core/flows/password-change/index.ts'
import type { RegistrationOutcome } from './core/flows/registration/index.ts'
import type { RefreshOutcome, TokenPair } from './core/flows/tokens/index.ts'
import type { Authenticated, Revocation, Session, SessionId } from './core/sessions/index.ts'
import type { Connection } from './http/app.ts'
import type { RequestLike } from './http/credentials.ts'
import type { Secret } from './kernel/secret.ts'

/** What somebody gives to get an account. */
export interface RegistrationInput {
  readonly email: string
  readonly fullName: string
  readonly password: string
  /** The request that asks, if there is one, and the address that it comes from. */
  readonly request?: RequestLike
  readonly address?: string
}

/** What somebody gives to sign in. */
export interface LoginInput {
  readonly email: string
  readonly password: string
  /**
   * How the session's token will travel: `cookie` (the default) or `bearer`. With `token` it has none: give its
   * session to {@link TokensApi.issue}.
   */
  readonly transport?: 'cookie' | 'bearer' | 'token'
  /** The request that asks, if there is one: the session that it carries ends as the new one begins. */
  readonly request?: RequestLike
  /** The address that it comes from: wrong passwords are counted for each. All that say none count as one client. */
  readonly address?: string
}

/** What somebody gives as a second factor, after their password. */
export interface FactorInput {
  /** What `login()` gave with `factor_required`. */
  readonly pending: Secret
  /** A code of the authenticator app, or a recovery code. */
  readonly factor: { readonly kind: 'totp' | 'recovery_code'; readonly code: string }
  /** The request that asks, if there is one. */
  readonly request?: RequestLike
  /** The address that it comes from: see {@link LoginInput.address}. */
  readonly address?: string
}

/** What somebody gives to change their password. */
export interface PasswordChangeInput {
  /** The request that asks: its session tells who, goes on under a new token, and is the only one that does. */
  readonly request: RequestLike
  readonly currentPassword: string
  readonly newPassword: string
  /** The address that it comes from: see {@link LoginInput.address}. */
  readonly address?: string
}

/** The sessions of one account. */
export interface SessionsApi {
  /** Those that can speak for the account now, the last used first. None that are `sealed`: nobody knows them. */
  list(account: AccountId): Promise<Session[]>

  /**
   * Ends one of them, at once. `false` when the account has no such session, or not any more. Of sessions that
   * are `sealed` none can be ended alone: whatever id is given, all of the account end.
   */
  revoke(account: AccountId, session: SessionId): Promise<boolean>

  /** Ends all of them, at once, whatever they do meanwhile. `false` when there is no such account. */
  revokeAll(account: AccountId): Promise<boolean>

  /**
   * Calls the listener when sessions have been ended: by their owner, by a new sign-in in their place, by a
   * change of the password, or by you. Not when they expire. Returns what ends the listening.
   *
   * Told of what happens in this process; with PostgreSQL or Redis also of what happens in others, unless
   * the connection broke meanwhile. So it is for closing what stays open, such as a WebSocket, and never
   * instead of {@link Auth.authenticate}. What a listener throws is logged, and stops nobody.
   *
   * @example Close what somebody has open
   * auth.sessions.onRevoked(({ account, session }) => {
   *   for (const socket of sockets) {
   *     if (socket.accountId === account && (!session || socket.sessionId === session)) socket.close()
   *   }
   * })
   */
  onRevoked(listener: (revocation: Revocation) => void): () => void
}

/** Access tokens and refresh tokens: what programs carry instead of the token of a session. */
export interface TokensApi {
  /**
   * The first tokens of a session that was begun with `transport: 'token'`, or renewed by a change of the password.
   *
   * @example
   * const outcome = await auth.login({ email, password, transport: 'token' })
   * if (outcome.kind === 'signed_in') {
   *   const { accessToken, refreshToken, lifetimeSeconds } = await auth.tokens.issue(outcome.session)
   * }
   */
  issue(session: Session): Promise<TokenPair>

  /**
   * Spends a refresh token, for an access token and the next refresh token. Whoever spends it once more within ten
   * seconds gets the same successor again; later, it ends the session: somebody has copied it.
   */
  refresh(refreshToken: string): Promise<RefreshOutcome>

  /** Ends the session that a refresh token or an access token belongs to. Of any other text nothing comes. */
  revoke(token: string): Promise<void>

  /** What an access token says, if it is good at this moment; `undefined` for everything else. */
  introspect(accessToken: string): Promise<Readonly<Record<string, unknown>> | undefined>

  /** The public keys by which others verify access tokens: what `/.well-known/jwks.json` answers. */
  keySet(): object
}

/** The people who have an account. */
export interface AccountsApi {
  /** The account as it is now; `undefined` when there is none, or not any more. */
  find(account: AccountId): Promise<Account | undefined>

  /**
   * Lets somebody try again whom failures keep out: forgets what was tried on this account, from wherever it was tried
   * in the last day. `false` when there is no such account.
   */
  unlock(account: AccountId): Promise<boolean>
}

/** An authentication engine: pages and API as one web-standard handler, and the same verbs in process. */
export interface Auth {
  /**
   * Answers a request to one of Sallyport's addresses; 404 for any other.
   *
   * @param connection - What only the adapter knows, such as the address of the peer.
   */
  fetch(request: Request, connection?: Connection): Promise<Response>

  /**
   * Tells who sent a request, by cookie, bearer token or access token, or `undefined` when nobody is signed in.
   *
   * Takes a web `Request` or what `node:http` hands out. Unknown, expired and ended sessions are
   * deliberately indistinguishable. A successful call may extend the session; the cookie stays as it is,
   * unless sessions are `sealed`: then once in a while a `renewedToken` comes along. Send it, or the session
   * ends when it would have ended without this use. Nothing else is lost: the old token is good until then.
   *
   * @throws {StoreUnavailableError} The store cannot answer. Treat it as "not known", never as signed in.
   * @see OWASP ASVS 5.0, 7.2
   *
   * @example Protect a handler
   * const who = await auth.authenticate(request)
   * if (!who) return new Response('Sign in first', { status: 401 })
   * const person = await auth.accounts.find(who.accountId)
   *
   * @example Let a sealed session slide
   * if (who.renewedToken) headers.append('set-cookie', auth.cookieFor(who.renewedToken))
   */
  authenticate(request: RequestLike): Promise<Authenticated | undefined>

  /** What is known of somebody, where their id is not enough. */
  readonly accounts: AccountsApi

  /**
   * Makes an account, by the rules of the register page. Expected refusals are values.
   * @throws {OverloadedError} Too many passwords are being hashed; nothing was done.
   */
  register(input: RegistrationInput): Promise<RegistrationOutcome>

  /**
   * Signs somebody in, by the rules of the login page. `limited`: too many were wrong, come back after `wait`
   * milliseconds; say the `address` that the request comes from, or all your users count as one client. With
   * `factor_required` go on with {@link Auth.loginWithFactor}. With `signed_in` comes the token, once; send it
   * to the browser with {@link Auth.cookieFor}, or to a native client as it is.
   *
   * @throws {OverloadedError} Too many passwords are being hashed; nothing was done.
   */
  login(input: LoginInput): Promise<LoginOutcome>

  /**
   * Goes on with a sign-in that waits for a second factor: five tries within ten minutes. Refusals are values:
   * `wrong_code`, or `login_expired` when the password must be asked for again.
   *
   * @example
   * const outcome = await auth.login({ email, password })
   * if (outcome.kind === 'factor_required') {
   *   await auth.loginWithFactor({ pending: outcome.pending, factor: { kind: 'totp', code: '123456' } })
   * }
   */
  loginWithFactor(input: FactorInput): Promise<LoginOutcome>

  /**
   * Changes a password, by the rules of its page, and ends every other session of the account. With
   * `changed` comes the new token of this session, once.
   *
   * @throws {OverloadedError} Too many passwords are being hashed; nothing was done.
   */
  changePassword(input: PasswordChangeInput): Promise<PasswordChangeOutcome>

  /**
   * What somebody must prove before they do what is sensitive in your application, such as to delete all they have:
   * one of these methods. `undefined` when they have proved enough in the last ten minutes (`sessionFresh`); a cookie
   * that was stolen, or a screen that was left open, is not enough then. Send people to `/confirm?next=…`, which asks
   * and leads back.
   *
   * @example
   * const who = await auth.authenticate(request)
   * if (who && (await auth.reauthenticationDue(who))) redirect('/confirm?next=/account/delete')
   */
  reauthenticationDue(who: Authenticated): Promise<readonly OfferedProof[] | undefined>

  /** The `Set-Cookie` value that hands a browser its session token. */
  cookieFor(token: Secret): string

  /**
   * Ends the session that a request carries, if any; where sessions are `sealed`, all of its account. Gives the
   * `Set-Cookie` value that clears the cookie.
   */
  logout(request: RequestLike): Promise<string>

  /** Where an account is signed in, and how to end that. */
  readonly sessions: SessionsApi

  /** What programs carry. */
  readonly tokens: TokensApi

  /** Can the store be reached? For a readiness probe. Never throws. */
  ready(): Promise<boolean>

  /**
   * Figures of this engine for a collector, in Prometheus' text format 0.0.4. The server shows them at `/metrics`, with
   * those of its processes; docs/reference/metrics.md names them all.
   *
   * @example Beside your own
   * response.end((await auth.metrics()) + (await register.metrics()))
   */
  metrics(): Promise<string>

  /** Lets the database and the hashing threads go. Requests in flight should have been answered. */
  close(): Promise<void>
}
