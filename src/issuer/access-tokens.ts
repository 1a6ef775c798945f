import type { AccountId } from '../core/accounts/index.ts'
import {
  type AccessTokenSubject,
  type AccessTokens,
  type Assurance,
  firstParty,
  type IssuedAccessToken,
  type RecognisedAccessToken,
} from '../core/tokens/index.ts'
import { algorithms, type Jwks, signToken, type TokenRefusal, verifyToken } from '../jwt/index.ts'
import { between, type Clock, type Duration, type Instant } from '../kernel/clock.ts'
import { type Digest, sha256 } from '../kernel/digest.ts'
import { type Random, urlSafe } from '../kernel/random.ts'
import { Secret } from '../kernel/secret.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface AccessTokenIssuerDependencies {
  readonly keys: Pick<SigningKeys, 'current' | 'accepted' | 'reread'>
  /** The public address: `iss`. */
  readonly issuer: string
  /** Who takes these tokens: `aud`. */
  readonly audience: string
  readonly lifetime: Duration
  readonly clock: Clock
  readonly random: Random
}

/** RFC 9068, 2.1. */
const type = 'at+jwt'

/** Tokens in use at the same time, about. Each takes some hundred bytes. */
const maxRemembered = 10_000

/** At this time no token of ours had expired. */
const beforeAll: Clock = { now: () => 0 as Instant }

interface Verified extends RecognisedAccessToken {
  readonly expiresAt: number
}

/** Signs what this server says of sessions, and recognises it again. */
export class AccessTokenIssuer implements AccessTokens {
  readonly #deps: AccessTokenIssuerDependencies
  /**
   * Tokens that were verified, under their hash: a signature takes longer than all the rest of a request, and
   * says the same each time. Forgotten when a key comes or goes.
   */
  readonly #verified = new Map<Digest, Verified>()
  #verifiedBy: Jwks | undefined

  constructor(deps: AccessTokenIssuerDependencies) {
    this.#deps = deps
  }

  issue(
    { accountId, session, authenticatedAt, amr, acr }: AccessTokenSubject & Assurance,
    endsAt: Instant,
  ): IssuedAccessToken {
    const { keys, issuer, audience, lifetime, clock, random } = this.#deps
    const now = clock.now()
    const left = Math.min(lifetime, between(now, endsAt))
    const lifetimeSeconds = Math.max(1, Math.floor(left / 1000))
    const jti = urlSafe(random, 16)
    const claims = {
      iss: issuer,
      sub: accountId,
      aud: audience,
      client_id: firstParty,
      sid: session,
      jti,
      auth_time: Math.floor(authenticatedAt / 1000),
      amr,
      acr,
    }
    const token = signToken(claims, { key: keys.current, type, lifetimeSeconds, clock })
    const expiresAt = Math.floor(now / 1000) + lifetimeSeconds
    return { token: new Secret(token), expiresAt, lifetimeSeconds }
  }

  atOnce(token: string): RecognisedAccessToken | undefined {
    const looked = this.#look(token)
    return typeof looked === 'string' ? undefined : looked
  }

  async recognise(token: string): Promise<RecognisedAccessToken | undefined> {
    if (this.#look(token) === 'unknown_key') await this.#deps.keys.reread()
    return this.atOnce(token)
  }

  async recogniseExpired(token: string): Promise<RecognisedAccessToken | undefined> {
    const recognised = await this.recognise(token)
    if (recognised) return recognised
    const verified = this.#verify(token, beforeAll)
    return typeof verified === 'string' ? undefined : verified
  }

  /** What was verified, now or before, or why not. */
  #look(token: string): Verified | TokenRefusal {
    const { accepted } = this.#deps.keys
    if (this.#verifiedBy !== accepted) {
      this.#verified.clear()
      this.#verifiedBy = accepted
    }
    const hash = sha256(token)
    const known = this.#verified.get(hash)
    const now = this.#deps.clock.now() / 1000
    if (known) return known.expiresAt > now ? known : 'expired'
    const verified = this.#verify(token)
    if (typeof verified === 'string') return verified
    if (this.#verified.size >= maxRemembered) this.#verified.clear()
    this.#verified.set(hash, verified)
    return verified
  }

  #verify(token: string, clock = this.#deps.clock): Verified | TokenRefusal {
    const { keys, issuer, audience } = this.#deps
    const outcome = verifyToken(token, {
      keys: keys.accepted,
      // Each key of ours is for one of them.
      algorithms,
      type,
      issuer,
      audience,
      requires: ['sid'],
      clock,
    })
    if (outcome.kind === 'refused') return outcome.reason
    const { claims } = outcome
    return {
      accountId: claims.sub as AccountId,
      session: claims['sid'] as string,
      claims,
      expiresAt: claims.exp,
    }
  }
}
