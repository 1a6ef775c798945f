import { CompiledQuery } from 'kysely'
import type { Link } from '../../core/audit/index.ts'
import type { Dialect, Executor } from './database.ts'
import type { AuditEntryRow } from './schema.ts'

/**
 * Adds an entry where the trail ends with `last`, and says whether it does. Who is writing it at the same time is
 * waited for. The text is the same each time, and to build it would take longer than to run it.
 */
export async function appendAfter(
  dialect: Dialect,
  executor: Executor,
  entry: AuditEntryRow,
  last: Link,
): Promise<boolean> {
  const values = columns.map((column) => entry[column])
  if (dialect === 'postgres') {
    const query = CompiledQuery.raw(inOne, [...values, last.seq, last.hash])
    return (await executor.kysely.executeQuery(query)).rows.length === 1
  }
  const statements = [
    CompiledQuery.raw(move, [entry.seq, entry.hash, last.seq, last.hash]),
    CompiledQuery.raw(add, values),
  ]
  const [, added] = await executor.together(statements.map((query) => ({ compile: () => query })))
  return added?.length === 1
}

/** The number, the time and the hash first: what `inOne` names by place. */
const columns = [
  'seq',
  'at',
  'hash',
  'type',
  'outcome',
  'actor',
  'subject',
  'session',
  'address',
  'agent',
  'details',
] as const satisfies readonly (keyof AuditEntryRow)[]

const into = `insert into audit_entries (${columns.join(', ')})`

/** In SQLite no statement writes to two tables: the second asks whether the first has changed anything. */
const move =
  'update audit_ends set last_seq = ?, last_hash = ? where last_seq = ? and last_hash = ?'
const add = `${into} select ${columns.map(() => '?').join(', ')} where changes() = 1 returning seq`

/**
 * Locked before it is compared: so whoever waits for it compares what it is then. The first two columns are numbers:
 * PostgreSQL takes for text what it is told nothing about.
 */
const places = columns.map((_, at) => `$${at + 1}`)
const selected = places.map((place, at) => (at < 2 ? `${place}::bigint` : place)).join(', ')
const [lastSeq, lastHash] = [`$${columns.length + 1}`, `$${columns.length + 2}`]
const inOne = `with held as materialized (select last_seq, last_hash from audit_ends for update),
  moved as (
    update audit_ends set last_seq = $1, last_hash = $3 from held
    where held.last_seq = ${lastSeq} and held.last_hash = ${lastHash} returning 1
  )
  ${into} select ${selected} from moved returning seq`
