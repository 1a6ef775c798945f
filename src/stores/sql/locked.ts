import { type Compilable, sql } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import type { Database } from './database.ts'

/**
 * The first of several statements whose outcome depends on what an account has: then callers of one account go one
 * after the other, and none counts what another one is about to take away. SQLite has one writer at a time.
 */
export function locked(db: Database, owner: AccountId): Compilable[] {
  if (db.dialect === 'sqlite') return []
  const lock = db.kysely
    .selectFrom('accounts')
    .select(sql`1`.as('locked'))
    .where('id', '=', owner)
    .forNoKeyUpdate()
  return [lock]
}
