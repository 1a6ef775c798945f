import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/core/accounts/index.ts'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import { SqlPasswordStore } from '../../src/stores/sql/passwords.ts'
import type { UnitDatabase } from '../../src/stores/sql/unit-of-work.ts'
import { anAccount, anInstant } from '../../src/testing/index.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const undone = new Error('undone')
const fail = () => Promise.reject(undone)

/** Units of work over a real engine. `open` gives two handles to one database, as two nodes have. */
export function unitsOfWork(
  name: string,
  open: () => Promise<readonly [UnitDatabase, UnitDatabase]>,
): void {
  const opened = async () => {
    const [db, other] = await open()
    const accounts = new SqlAccountStore(db)
    const elsewhere = new SqlAccountStore(other)
    const insert = async (account = anAccount()) => {
      expect(await accounts.insert(account)).toBe('inserted')
      return account
    }
    /** Is it durable? Asked of the other node. */
    const isKept = async ({ id }: Account) => (await elsewhere.findById(id)) !== undefined
    return { db, other, accounts, insert, isKept }
  }

  describe(`unit of work: ${name}`, () => {
    it('takes every store of its database in, without telling it, and leaves nothing behind when it fails', async () => {
      const { db, insert, isKept } = await opened()
      const [account, another] = [anAccount(), anAccount()]
      const passwords = new SqlPasswordStore(db)
      const work = db.run(async () => {
        await insert(account)
        await passwords.insert(account.id, { hash: '$hash' as never, normalForm: 'nfc' }, now)
        await db.transaction((executor) => new SqlAccountStore(executor).insert(another))
        const role = { role: 'admin' }
        await db.together([
          db.kysely.updateTable('accounts').set(role).where('id', '=', another.id),
        ])
        throw undone
      })
      await expect(work).rejects.toBe(undone)
      expect(await isKept(account)).toBe(false)
      expect(await isKept(another)).toBe(false)
      expect(await passwords.find(account.id)).toBeUndefined()
      await insert(account)
    })

    it('shows its own writes inside, by every way to look, and nothing outside before it is done', async () => {
      const { db, accounts, insert, isKept } = await opened()
      const account = anAccount()
      const outside = new SqlAccountStore(db)
      await db.run(async () => {
        await insert(account)
        expect(await accounts.findById(account.id)).toEqual(account)
        expect(await outside.findByEmail(account.canonicalEmail)).toEqual(account)
        expect(await outside.list(undefined, 10)).toEqual([account])
        expect(await isKept(account)).toBe(false)
      })
      expect(await isKept(account)).toBe(true)
    })

    it('gives what the work gives, and is over: whatever comes next is by itself', async () => {
      const { db, insert, isKept } = await opened()
      expect(await db.run(async () => 7)).toBe(7)
      await expect(db.run(fail)).rejects.toBe(undone)
      expect(await isKept(await insert())).toBe(true)
    })

    it('is part of another one that it is begun in', async () => {
      const { db, insert, isKept } = await opened()
      const [inner, outer] = [anAccount(), anAccount()]
      const work = db.run(async () => {
        await db.run(() => insert(inner))
        expect(await isKept(inner)).toBe(false)
        throw undone
      })
      await expect(work).rejects.toBe(undone)
      expect(await isKept(inner)).toBe(false)

      await db.run(async () => {
        await insert(outer)
        const within = db.run(async () => {
          await insert(inner)
          throw undone
        })
        await expect(within).rejects.toBe(undone)
      })
      expect([await isKept(outer), await isKept(inner)]).toEqual([true, true])
    })

    it('sees nothing of another one that is undone, whichever comes first', async () => {
      const { db, accounts, insert } = await opened()
      const [ofOne, ofTwo] = [anAccount(), anAccount()]
      const looked = Promise.withResolvers<void>()
      const one = db.run(async () => {
        await insert(ofOne)
        // SQLite has one writer: there the other one begins when this one is over.
        if (db.dialect === 'postgres') await looked.promise
        expect(await accounts.findById(ofTwo.id)).toBeUndefined()
        throw undone
      })
      const two = db.run(async () => {
        await insert(ofTwo)
        expect(await accounts.findById(ofOne.id)).toBeUndefined()
        expect(await accounts.list(undefined, 10)).toEqual([ofTwo])
        looked.resolve()
        throw undone
      })
      const refused = { status: 'rejected', reason: undone }
      expect(await Promise.allSettled([one, two])).toEqual([refused, refused])
      expect(await accounts.list(undefined, 10)).toEqual([])
    })

    it('does 16 times at once what is to be done last, on two nodes, as if one after another', async () => {
      const { db, other, accounts, insert } = await opened()
      const { id } = await insert()
      const count = async ({ kysely, dialect }: UnitDatabase) => {
        const row = kysely.selectFrom('accounts').select('epoch').where('id', '=', id)
        const held = dialect === 'postgres' ? row.forUpdate() : row
        const { epoch } = await held.executeTakeFirstOrThrow()
        await kysely
          .updateTable('accounts')
          .set({ epoch: epoch + 1 })
          .where('id', '=', id)
          .execute()
      }
      const units = Array.from({ length: 16 }, (_, at) => {
        const node = at % 2 === 0 ? db : other
        return node.run(async () => {
          await node.lastly(() => count(node))
          await new SqlAccountStore(node).insert(anAccount())
        })
      })
      await Promise.all(units)
      expect((await accounts.findById(id))?.epoch).toBe(16)
      expect(await accounts.list(undefined, 100)).toHaveLength(17)
    })
  })
}
