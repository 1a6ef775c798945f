import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import type { Database } from '../../src/stores/sql/database.ts'
import { SqlFactorStore } from '../../src/stores/sql/factors.ts'
import { migrate, migrationStatus } from '../../src/stores/sql/migrate.ts'
import type { Migration } from '../../src/stores/sql/migrations/migration.ts'
import { SqlPasskeyStore } from '../../src/stores/sql/passkeys.ts'
import { SqlPasswordStore } from '../../src/stores/sql/passwords.ts'
import { SqlPendingLoginStore } from '../../src/stores/sql/pending-logins.ts'
import { SqlRefreshFamilyStore } from '../../src/stores/sql/refresh-families.ts'
import { SqlSessionStore } from '../../src/stores/sql/sessions.ts'
import { SqlSigningKeyStore } from '../../src/stores/sql/signing-keys.ts'
import { SqlDeviceStore } from '../../src/stores/sql/trusted-devices.ts'
import { UnitDatabase } from '../../src/stores/sql/unit-of-work.ts'
import {
  accountStoreContract,
  anAccount,
  anInstant,
  deviceStoreContract,
  factorStoreContract,
  passkeyStoreContract,
  passwordStoreContract,
  pendingLoginStoreContract,
  refreshFamilyStoreContract,
  sessionStoreContract,
  signingKeyStoreContract,
} from '../../src/testing/index.ts'
import { sessionStoreModel } from './session-model.ts'
import { sessionSwap } from './session-swap.ts'

const now = anInstant('2030-01-01T00:00:00Z')

/** Every promise of the SQL stores, against one engine. `openEmpty` gives a database of its own each time. */
export function sqlStoresContract(name: string, openEmpty: () => Promise<Database>): void {
  const opened: Database[] = []
  // After each test: PostgreSQL has so many connections and no more.
  afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))

  async function empty(): Promise<Database> {
    const db = new UnitDatabase(await openEmpty())
    opened.push(db)
    return db
  }

  async function migrated(): Promise<Database> {
    const db = await empty()
    await migrate(db, now)
    return db
  }

  accountStoreContract(name, async () => new SqlAccountStore(await migrated()))

  /** A database, and how to put somebody into it. */
  const peopled = async () => {
    const db = await migrated()
    const newAccount = async () => {
      const account = anAccount()
      await new SqlAccountStore(db).insert(account)
      return account.id
    }
    return { db, newAccount }
  }

  passwordStoreContract(name, async () => {
    const { db, newAccount } = await peopled()
    return { store: new SqlPasswordStore(db), newAccount }
  })

  refreshFamilyStoreContract(name, async () => {
    const { db, newAccount } = await peopled()
    return { store: new SqlRefreshFamilyStore(db), newAccount }
  })

  factorStoreContract(name, async () => {
    const { db, newAccount } = await peopled()
    return { store: new SqlFactorStore(db), passkeys: new SqlPasskeyStore(db), newAccount }
  })

  passkeyStoreContract(name, async () => {
    const { db, newAccount } = await peopled()
    return { store: new SqlPasskeyStore(db), factors: new SqlFactorStore(db), newAccount }
  })

  deviceStoreContract(name, async () => {
    const { db, newAccount } = await peopled()
    return { store: new SqlDeviceStore(db), newAccount }
  })

  pendingLoginStoreContract(name, async () => {
    const { db, newAccount } = await peopled()
    return { store: new SqlPendingLoginStore(db), newAccount }
  })

  signingKeyStoreContract(name, async () => new SqlSigningKeyStore(await migrated()))

  const sessions = async () => {
    const db = await migrated()
    const account = anAccount()
    await new SqlAccountStore(db).insert(account)
    return { store: new SqlSessionStore(db), account }
  }
  sessionStoreContract(name, sessions)
  sessionStoreModel(name, sessions)
  sessionSwap(name, sessions)

  describe(`migrations: ${name}`, () => {
    const first: Migration = { id: '1-first', statements: () => ['create table one (id text)'] }
    const second: Migration = { id: '2-second', statements: () => ['create table two (id text)'] }
    const broken: Migration = {
      id: '3-broken',
      statements: () => ['create table three (id text)', 'create nonsense'],
    }

    it('are applied once, in order, and listed with their times', async () => {
      const db = await empty()
      expect(await migrationStatus(db, [first])).toEqual([{ id: '1-first', appliedAt: undefined }])
      expect(await migrate(db, now, [first])).toEqual(['1-first'])
      expect(await migrate(db, now, [first, second])).toEqual(['2-second'])
      expect(await migrate(db, now, [first, second])).toEqual([])
      expect(await migrationStatus(db, [first, second])).toEqual([
        { id: '1-first', appliedAt: now },
        { id: '2-second', appliedAt: now },
      ])
    })

    it('run once when 16 nodes start at the same moment', async () => {
      const db = await empty()
      const runs = await Promise.all(
        Array.from({ length: 16 }, () => migrate(db, now, [first, second])),
      )
      expect(runs.flat().sort()).toEqual(['1-first', '2-second'])
    })

    it('leave the schema as it was when one of them fails', async () => {
      const db = await empty()
      await migrate(db, now, [first])
      await expect(migrate(db, now, [first, second, broken])).rejects.toThrow()
      const pending = (await migrationStatus(db, [first, second])).filter((one) => !one.appliedAt)
      expect(pending.map(({ id }) => id)).toEqual(['2-second'])
      const { rows } = await sql<{ n: number }>`select count(*) as n from one`.execute(db.kysely)
      expect(rows).toHaveLength(1)
    })

    it('refuse a database in which an applied one was different', async () => {
      const db = await empty()
      await migrate(db, now, [first])
      const edited: Migration = { ...first, statements: () => ['create table won (id text)'] }
      await expect(migrate(db, now, [edited])).rejects.toThrow('1-first was changed')
    })

    it('refuse a database of a newer version', async () => {
      const db = await empty()
      await migrate(db, now, [first, second])
      await expect(migrate(db, now, [first])).rejects.toThrow('newer version (2-second)')
    })
  })
}
