import { sql } from 'kysely'
import {
  type Claim,
  type LimitStore,
  lifetimeOf,
  type Settlement,
  sliceOf,
  type TakeOutcome,
} from '../../core/limits/index.ts'
import type { Duration, Instant } from '../../kernel/clock.ts'
import type { Database } from './database.ts'

/** What `sallyport_limit_take` answers. Arrays of `bigint` arrive as text. */
interface Answer {
  /** The place of the claim that was refused, from 1; `null` where all were taken. */
  readonly refused: number | null
  readonly wait: Duration
  readonly is_first: boolean
  readonly at: readonly string[]
  readonly left: readonly string[]
  readonly reset: readonly string[]
}

/**
 * Counters in the table `limit_tallies`, which no crash of ours empties. What must be one step is a function of the
 * database: see `migrations/0011-limit-functions.ts`. So a call is one message, and holds no lock while it travels.
 */
export class PostgresLimitStore implements LimitStore {
  readonly #db: Database

  /**
   * @param db - Where it takes part in units of work it is to be called outside of them: its locks would last as long as
   * they do, and what was tried would be undone with them.
   */
  constructor(db: Database) {
    this.#db = db
  }

  async take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const keys = claims.map(({ key }) => key)
    const budgets = claims.map(({ budget }) => budget)
    const { rows } = await sql<Answer>`select * from sallyport_limit_take(
      ${keys}, ${budgets.map(({ points }) => points)}, ${budgets.map(({ window }) => window)},
      ${budgets.map(lifetimeOf)}, ${budgets.map(({ grows }) => grows)}, ${budgets.map(sliceOf)}, ${now}
    )`.execute(this.#db.kysely)
    return outcomeOf(claims, rows[0] as Answer)
  }

  async settle({ back, forgotten }: Settlement): Promise<void> {
    const keys = back.map(({ key }) => key)
    const times = back.map(({ at }) => at)
    await sql`select sallyport_limit_settle(${keys}, ${times}, ${[...forgotten]})`.execute(
      this.#db.kysely,
    )
  }

  /** Waits for nobody, so nobody ever waits for it in a circle: what is in use is not over. */
  async sweep(now: Instant, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`delete from limit_tallies where key in (
      select key from limit_tallies where expires_at <= ${now} limit ${limit} for update skip locked
    )`.execute(this.#db.kysely)
    return Number(numAffectedRows)
  }
}

function outcomeOf(claims: readonly Claim[], answer: Answer): TakeOutcome {
  const { refused, wait, is_first, at, left, reset } = answer
  if (refused !== null) {
    return { kind: 'refused', claim: claims[refused - 1] as Claim, wait, isFirst: is_first }
  }
  const taken = claims.map(({ key, budget }, place) => ({
    key,
    budget,
    at: Number(at[place]) as Instant,
    left: Number(left[place]),
    reset: Number(reset[place]) as Duration,
  }))
  return { kind: 'taken', taken }
}
