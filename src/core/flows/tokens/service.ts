import { type Clock, plus } from '../../../kernel/clock.ts'
import type { KeyRing } from '../../../kernel/key-ring.ts'
import { type Refused, refused } from '../../../kernel/outcome.ts'
import { type Random, urlSafe } from '../../../kernel/random.ts'
import { Secret } from '../../../kernel/secret.ts'
import type { AccountId } from '../../accounts/index.ts'
import { levelOf, methodReferences } from '../../assurance/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Session, SessionId, Sessions } from '../../sessions/index.ts'
import {
  type AccessTokens,
  type FamilyId,
  judgeTurn,
  type RecognisedAccessToken,
  type RefreshFamily,
  type RefreshFamilyStore,
  readRefreshToken,
  reuseTold,
  type Turn,
  writeRefreshToken,
} from '../../tokens/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import type { SignOut } from '../sign-out/index.ts'

export interface TokensDependencies {
  readonly sessions: Sessions
  readonly signOut: Pick<SignOut, 'endById'>
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
  readonly factors: Pick<Factors, 'heldBy'>
  readonly accessTokens: AccessTokens
  readonly families: RefreshFamilyStore
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
}

/** What a program carries from now on. Neither is stored anywhere. */
export interface TokenPair {
  readonly accessToken: Secret
  readonly refreshToken: Secret
  /** Seconds until the access token expires. */
  readonly lifetimeSeconds: number
}

/** `invalid_token`: unknown, expired, spent, revoked, or of an account that is disabled; nobody is told which. */
export type RefreshOutcome =
  | ({ readonly kind: 'refreshed'; readonly session: Session } & TokenPair)
  | Refused<'invalid_token'>

/** A session that was ended because an old refresh token of it was presented: for its owner to know. */
export type EndedForReuse = Pick<RefreshFamily, 'id' | 'agent' | 'address'> & {
  readonly at: number
}

export class Tokens {
  readonly #deps: TokensDependencies
  #refreshes = 0
  #reuses = 0

  constructor(deps: TokensDependencies) {
    this.#deps = deps
  }

  get counts(): { readonly refreshes: number; readonly reuses: number } {
    return { refreshes: this.#refreshes, reuses: this.#reuses }
  }

  /** The first tokens of a session that has just begun. */
  async issue(session: Session): Promise<TokenPair> {
    const { families, sessions, random } = this.#deps
    const family: RefreshFamily = {
      id: urlSafe(random, 16) as FamilyId,
      accountId: session.accountId,
      session: session.id,
      counter: 0,
      turnedAt: session.createdAt,
      expiresAt: session.expiresAt,
      agent: session.client.agent,
      address: session.client.address,
      reusedAt: undefined,
    }
    try {
      await families.insert(family)
    } catch (error) {
      // Nobody has a token of it, and it would count as a sign-in for weeks.
      await sessions.endById(session.accountId, session.id).catch(() => undefined)
      throw error
    }
    return this.#pair(session, { family: family.id, counter: 0 })
  }

  /** Spends a refresh token, for an access token and the next refresh token. */
  async refresh(token: Secret): Promise<RefreshOutcome> {
    const { families, keys, sessions } = this.#deps
    const turn = readRefreshToken(token.expose(), keys)
    const family = turn && (await families.find(turn.family))
    if (!turn || !family) return refused('invalid_token')
    if (family.reusedAt !== undefined) return this.#refuseReused(family)

    const session = await this.#sessionOf(family)
    if (!session) return refused('invalid_token')

    switch (await this.#spend(turn, family, session)) {
      case 'newest':
      case 'again':
        await sessions.prolong(session)
        this.#refreshes += 1
        return {
          kind: 'refreshed',
          session,
          ...(await this.#pair(session, { ...turn, counter: turn.counter + 1 })),
        }
      case 'reused':
        return this.#refuseReused(family)
      case 'unknown':
        return refused('invalid_token')
    }
  }

  /** Which turn it was. Where somebody was faster, what they have left is looked at. */
  async #spend({ family: id, counter }: Turn, found: RefreshFamily, session: Session) {
    const { families, sessions, clock } = this.#deps
    const now = clock.now()
    const judged = judgeTurn(found, counter, now)
    if (judged !== 'newest') return judged
    if (await families.turn(id, counter, now, sessions.deadlineAfterUse(session))) return judged
    const family = await families.find(id)
    if (!family || family.reusedAt !== undefined) return 'reused'
    return judgeTurn(family, counter, clock.now())
  }

  async #refuseReused(family: RefreshFamily): Promise<Refused<'invalid_token'>> {
    const { families, sessions, unitOfWork, audit, clock } = this.#deps
    const now = clock.now()
    await unitOfWork.run(async () => {
      const isFirst = await families.markReused(family.id, now, plus(now, reuseTold))
      await sessions.endById(family.accountId, family.session as SessionId)
      if (!isFirst) return
      this.#reuses += 1
      const about = { subject: family.accountId, session: family.session }
      await audit.record('token.reused', { actor: 'stranger', ...about }, {})
    })
    return refused('invalid_token')
  }

  /**
   * Ends the sign-in that a token belongs to: a refresh token, or an access token, which may have expired.
   * Anything else is none, and nobody is told.
   */
  async revoke(token: Secret): Promise<void> {
    const { families, keys, accessTokens, signOut } = this.#deps
    const turn = readRefreshToken(token.expose(), keys)
    const named = turn
      ? await families.find(turn.family)
      : await accessTokens.recogniseExpired(token.expose())
    if (!named) return
    await signOut.endById(named.accountId, named.session as SessionId, 'token_revoked')
  }

  /** What an access token says, if it is good at this moment: its session has not ended. */
  async introspect(token: Secret): Promise<RecognisedAccessToken | undefined> {
    const recognised = await this.#deps.accessTokens.recognise(token.expose())
    return recognised && (await this.#sessionOf(recognised)) ? recognised : undefined
  }

  /** Sessions of this account that were ended because an old token was presented, the last first. */
  async endedForReuse(owner: AccountId): Promise<EndedForReuse[]> {
    const families = await this.#deps.families.listReused(owner)
    return families.map(({ id, agent, address, reusedAt }) => ({
      id,
      agent,
      address,
      at: reusedAt ?? 0,
    }))
  }

  /** The owner has seen it. `false` when there is nothing of that id to be seen. */
  forgetReuse(owner: AccountId, id: string): Promise<boolean> {
    return this.#deps.families.forgetReused(owner, id as FamilyId)
  }

  /** Removes families whose sessions are over, a batch at a time. */
  async sweep(): Promise<void> {
    const { families, clock } = this.#deps
    const batch = 500
    while ((await families.sweep(clock.now(), batch)) === batch);
  }

  async #sessionOf({
    session,
    accountId,
  }: Pick<RefreshFamily, 'session' | 'accountId'>): Promise<Session | undefined> {
    const presented = { kind: 'jwt', value: new Secret(session) } as const
    const found = await this.#deps.sessions.authenticate(presented)
    return found?.accountId === accountId ? found.session : undefined
  }

  async #pair(session: Session, turn: Turn): Promise<TokenPair> {
    const { accessTokens, factors, keys } = this.#deps
    const { id, accountId, authenticatedAt, proofs, endsAt } = session
    const held = await factors.heldBy(accountId)
    const assurance = { amr: methodReferences(proofs, held), acr: levelOf(proofs, held) }
    const subject = { accountId, session: id, authenticatedAt, ...assurance }
    const { token, lifetimeSeconds } = accessTokens.issue(subject, endsAt)
    return { accessToken: token, refreshToken: writeRefreshToken(turn, keys), lifetimeSeconds }
  }
}
