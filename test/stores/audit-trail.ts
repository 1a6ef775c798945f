import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { Audit, type AuditEntry } from '../../src/core/audit/index.ts'
import { KeyRing } from '../../src/kernel/key-ring.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import { SqlAuditStore } from '../../src/stores/sql/audit.ts'
import type { UnitDatabase } from '../../src/stores/sql/unit-of-work.ts'
import { anAccount, FakeClock } from '../../src/testing/index.ts'

const keys = new KeyRing([new Secret('a master key of quite some length')])

/** What somebody writes over the third entry who has no master key. */
const other: Readonly<Record<string, string | number | null>> = {
  at: 1,
  type: 'login.succeeded',
  outcome: 'refused',
  actor: 'system',
  subject: null,
  session: 'sn_another',
  address: '192.0.2.9',
  agent: '',
  details: '{"cause":"nothing"}',
  hash: 'another',
}

const missing = (from: number, to: number) => ({ kind: 'missing', from, to })

/** What else may be done, and what is found of it. */
const cut: readonly (readonly [string, readonly object[]])[] = [
  ["update audit_entries set details = 'no JSON' where seq = 3", [{ kind: 'altered', seq: 3 }]],
  ['delete from audit_entries where seq = 1', [missing(1, 1)]],
  ['delete from audit_entries where seq in (3, 4)', [missing(3, 4)]],
  ['delete from audit_entries where seq >= 5', [missing(5, 6)]],
  ['delete from audit_entries', [missing(1, 6)]],
  [
    'update audit_ends set pruned_seq = 2; delete from audit_entries where seq <= 2',
    [
      { kind: 'cut', through: 2 },
      { kind: 'altered', seq: 3 },
    ],
  ],
]

/** The audit trail over a real engine. `open` gives two handles to one database, as two nodes have. */
export function auditTrail(
  name: string,
  open: () => Promise<readonly [UnitDatabase, UnitDatabase]>,
): void {
  const opened = async () => {
    const [database] = await open()
    const told: AuditEntry[] = []
    const audit = new Audit({
      store: new SqlAuditStore(database),
      unitOfWork: database,
      keys,
      clock: new FakeClock(),
      client: () => ({ agent: 'curl', address: '192.0.2.1' }),
      told: (entry) => told.push(entry),
    })
    const accounts = new SqlAccountStore(database)
    const register = async (account = anAccount()) => {
      await accounts.insert(account)
      await audit.record('account.registered', { subject: account.id }, {})
      return account
    }
    return { database, audit, accounts, told, register }
  }

  describe(`the audit trail: ${name}`, () => {
    it('has what was done, and nothing of what was undone; nobody hears of that', async () => {
      const { database, audit, accounts, told, register } = await opened()
      const kept = await database.run(() => register())
      const undone = database.run(async () => {
        await register()
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      expect(await accounts.list(undefined, 10)).toEqual([kept])
      const entries = await audit.list({}, 'oldest', 10)
      expect(entries).toMatchObject([{ seq: 1, type: 'account.registered', subject: kept.id }])
      expect(told).toEqual(entries)
    })

    it('is one chain when 32 things are done at once, some of them undone', async () => {
      const { database, audit, accounts, told, register } = await opened()
      const done = Array.from({ length: 32 }, (_, at) =>
        database.run(async () => {
          await register()
          if (at % 4 === 0) throw new Error('undone')
        }),
      )
      await Promise.allSettled(done)
      expect(await accounts.list(undefined, 100)).toHaveLength(24)
      expect(told).toHaveLength(24)
      expect(await audit.verify()).toMatchObject({ entries: 24, findings: [], last: { seq: 24 } })
    })

    it('is one chain of what 64 at once write down, some in units, some undone, others by themselves', async () => {
      const { database, audit, told } = await opened()
      const noted = async (at: number) => {
        await audit.record('account.registered', { subject: anAccount().id }, {})
        if (at % 8 === 0) await database.lastly(() => Promise.reject(new Error('undone')))
      }
      const all = Array.from({ length: 64 }, (_, at) =>
        at % 2 === 0 ? database.run(() => noted(at)) : noted(at),
      )
      await Promise.allSettled(all)
      expect(told).toHaveLength(56)
      expect(await audit.verify()).toMatchObject({ entries: 56, findings: [], last: { seq: 56 } })
    })

    it('goes on from what stands after entries that were written and undone', async () => {
      const { database, audit, told, register } = await opened()
      for (let at = 0; at < 3; at++) {
        await register()
        const undone = database.run(async () => {
          await register()
          await database.lastly(() => Promise.reject(new Error('undone')))
        })
        await expect(undone).rejects.toThrow('undone')
      }
      expect(told).toHaveLength(3)
      expect(await audit.verify()).toMatchObject({ entries: 3, findings: [], last: { seq: 3 } })
    })

    it('undoes what cannot be written down', async () => {
      const { database, accounts, told, register } = await opened()
      await sql`delete from audit_ends`.execute(database.kysely)
      const account = anAccount()
      await expect(database.run(() => register(account))).rejects.toThrow('audit_ends is gone')
      expect(await accounts.findById(account.id)).toBeUndefined()
      expect(told).toEqual([])
    })

    it.each(Object.keys(other))('is found altered by whoever writes another %s', async (column) => {
      const { database, audit, register } = await opened()
      for (let at = 0; at < 4; at++) await register()
      expect((await audit.verify()).findings).toEqual([])
      const changed = { [column]: other[column] }
      await database.kysely.updateTable('audit_entries').set(changed).where('seq', '=', 3).execute()
      const { findings } = await audit.verify()
      expect(findings[0]).toEqual({ kind: 'altered', seq: 3 })
      // The next one is tied to what the hash was.
      expect(findings).toHaveLength(column === 'hash' ? 2 : 1)
    })

    it.each(cut)('is found altered after `%s`', async (statements, findings) => {
      const { database, audit, register } = await opened()
      for (let at = 0; at < 6; at++) await register()
      for (const one of statements.split('; ')) await sql.raw(one).execute(database.kysely)
      expect((await audit.verify()).findings).toEqual(findings)
    })
  })
}
