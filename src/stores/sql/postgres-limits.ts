import { type Kysely, sql } from 'kysely'
import {
  type Claim,
  type LimitStore,
  type Taken,
  type TakeOutcome,
  type Tally,
  takeAll,
  withoutHit,
} from '../../core/limits/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import { tallyOfText, textOfTally } from '../tally-text.ts'
import type { Database } from './database.ts'
import type { LimitTallyRow, Schema } from './schema.ts'

type Tallies = ReadonlyMap<Digest, Tally | undefined>

/**
 * Counters in the table `limit_tallies`, which no crash of ours empties: see `migrations/0009-limits.ts`. All rows of a
 * call are locked in one order, that of their keys, so parallel callers wait for one another and never in a circle.
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

  take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    return this.#db.transaction(async ({ kysely }) => {
      const keys = claims.map(({ key }) => key)
      const tallies = await addedAndLocked(kysely, keys)
      const { outcome, changes } = takeAll(claims, (key) => tallies.get(key), now)
      await keep(kysely, new Map(changes.map(({ key, tally }) => [key, tally])))
      // Of those that are counted nowhere yet a refusal leaves nothing behind: a flood of them costs no room.
      if (outcome.kind === 'refused') {
        await remove(
          kysely,
          keys.filter((key) => !tallies.get(key)),
        )
      }
      return outcome
    })
  }

  async giveBack(taken: readonly Taken[]): Promise<void> {
    await this.#db.transaction(async ({ kysely }) => {
      const tallies = new Map(
        await locked(
          kysely,
          taken.map(({ key }) => key),
        ),
      )
      for (const { key, at } of taken) {
        const tally = tallies.get(key)
        if (tally) tallies.set(key, withoutHit(tally, at))
      }
      await keep(kysely, tallies)
      await remove(
        kysely,
        [...tallies.keys()].filter((key) => !tallies.get(key)),
      )
    })
  }

  async clear(keys: readonly Digest[]): Promise<void> {
    await this.#db.transaction(async ({ kysely }) => {
      await remove(kysely, [...(await locked(kysely, keys)).keys()])
    })
  }

  /** Waits for nobody, so nobody ever waits for it in a circle: what is in use is not over. */
  async sweep(now: Instant, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`delete from limit_tallies where key in (
      select key from limit_tallies where expires_at <= ${now} limit ${limit} for update skip locked
    )`.execute(this.#db.kysely)
    return Number(numAffectedRows)
  }
}

type Row = Pick<LimitTallyRow, 'key' | 'tally'>

/** A row is there, and locked, for each key; one that was not there before has no tally. */
async function addedAndLocked(kysely: Kysely<Schema>, keys: readonly Digest[]): Promise<Tallies> {
  const { rows } = await sql<Row>`insert into limit_tallies (key, tally, expires_at)
    select key, '', 0 from unnest(${[...keys]}::text[]) as key order by key collate "C"
    on conflict (key) do update set tally = limit_tallies.tally
    returning key, tally`.execute(kysely)
  return talliesOf(rows)
}

async function locked(kysely: Kysely<Schema>, keys: readonly Digest[]): Promise<Tallies> {
  const { rows } = await sql<Row>`select key, tally from limit_tallies
    where key = any(${[...keys]}::text[]) order by key for update`.execute(kysely)
  return talliesOf(rows)
}

function talliesOf(rows: readonly Row[]): Tallies {
  return new Map(rows.map(({ key, tally }) => [key as Digest, tallyOfText(tally)]))
}

async function keep(kysely: Kysely<Schema>, tallies: Tallies): Promise<void> {
  const kept = [...tallies].flatMap(([key, tally]) => (tally ? [{ key, tally }] : []))
  if (kept.length === 0) return
  const keys = kept.map(({ key }) => key)
  const texts = kept.map(({ tally }) => textOfTally(tally))
  const ends = kept.map(({ tally }) => tally.expiresAt)
  await sql`update limit_tallies set tally = fresh.tally, expires_at = fresh.expires_at
    from unnest(${keys}::text[], ${texts}::text[], ${ends}::bigint[]) as fresh (key, tally, expires_at)
    where limit_tallies.key = fresh.key`.execute(kysely)
}

async function remove(kysely: Kysely<Schema>, keys: readonly Digest[]): Promise<void> {
  if (keys.length === 0) return
  await sql`delete from limit_tallies where key = any(${keys}::text[])`.execute(kysely)
}
