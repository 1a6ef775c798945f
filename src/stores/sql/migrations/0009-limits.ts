import type { Migration } from './migration.ts'

/**
 * Unlogged: to count must not wait for a disk. PostgreSQL empties it after a crash of its own, and does not copy it to
 * replicas, so after either all counts begin anew; nothing else loses them
 * (https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-UNLOGGED).
 * On SQLite they are in a file of their own (`../sqlite-limits.ts`).
 */
export const limits: Migration = {
  id: '0009-limits',
  statements: ({ unlogged }) => (unlogged ? [tallies, byExpiry] : []),
}

// Ordered by bytes, whatever the database's language: in this order rows are locked. They are written again and again,
// so each page has room for that.
const tallies = `create unlogged table limit_tallies (
  key text collate "C" primary key,
  tally text not null,
  expires_at bigint not null
) with (fillfactor = 70)`

const byExpiry = 'create index limit_tallies_by_expiry on limit_tallies (expires_at)'
