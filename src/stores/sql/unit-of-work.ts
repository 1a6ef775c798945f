import type { UnitOfWork } from '../../core/unit-of-work.ts'
import { SqlAccountStore } from './accounts.ts'
import type { Database } from './database.ts'
import { SqlPasswordStore } from './passwords.ts'

export function sqlUnitOfWork(db: Database): UnitOfWork {
  return {
    run: (work) =>
      db.transaction((executor) =>
        work({
          accounts: new SqlAccountStore(executor),
          passwords: new SqlPasswordStore(executor),
        }),
      ),
  }
}
