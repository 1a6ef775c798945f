import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/core/accounts/index.ts'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import type { UnitDatabase } from '../../src/stores/sql/unit-of-work.ts'
import { anAccount } from '../../src/testing/index.ts'

const undone = new Error('undone')

/** What units of work do at their end, and after it. `open` gives two handles to one database, as two nodes have. */
export function endsOfUnits(
  name: string,
  open: () => Promise<readonly [UnitDatabase, UnitDatabase]>,
): void {
  const opened = async () => {
    const [db, other] = await open()
    const accounts = new SqlAccountStore(db)
    const elsewhere = new SqlAccountStore(other)
    const insert = async (account: Account) => void (await accounts.insert(account))
    const isKept = async ({ id }: Account) => (await elsewhere.findById(id)) !== undefined
    const steps: string[] = []
    const step = (name: string) => async () => void steps.push(name)
    return { db, accounts, insert, isKept, steps, step }
  }

  describe(`what is done last in a unit of work: ${name}`, () => {
    it('comes after everything else, in the order in which it was said, and is part of it', async () => {
      const { db, accounts, insert, isKept, steps, step } = await opened()
      const [first, last] = [anAccount(), anAccount()]
      await db.run(async () => {
        await db.lastly(async () => {
          steps.push('last')
          expect(await accounts.findById(first.id)).toEqual(first)
          expect(await isKept(first)).toBe(false)
          await insert(last)
          await db.lastly(step('said while the last was done'))
        })
        await db.run(() => db.lastly(step('said within')))
        await insert(first)
        steps.push('work')
      })
      expect(steps).toEqual(['work', 'last', 'said within', 'said while the last was done'])
      expect([await isKept(first), await isKept(last)]).toEqual([true, true])
    })

    it('undoes everything when it fails, and is not done when something else has failed', async () => {
      const { db, insert, isKept, steps, step } = await opened()
      const account = anAccount()
      const failing = db.run(async () => {
        await db.lastly(() => Promise.reject(undone))
        await db.lastly(step('after it'))
        await insert(account)
      })
      await expect(failing).rejects.toBe(undone)
      const failed = db.run(async () => {
        await db.lastly(step('after a failure'))
        throw undone
      })
      await expect(failed).rejects.toBe(undone)
      expect(steps).toEqual([])
      expect(await isKept(account)).toBe(false)
    })

    it('is done at once outside of any, and tells what went wrong', async () => {
      const { db, insert, isKept } = await opened()
      const account = anAccount()
      await db.lastly(() => insert(account))
      expect(await isKept(account)).toBe(true)
      await expect(db.lastly(() => Promise.reject(undone))).rejects.toBe(undone)
    })
  })

  describe(`what is done after a unit of work: ${name}`, () => {
    it('is done once everything is durable, wherever it was said', async () => {
      const { db, insert, isKept, steps } = await opened()
      const account = anAccount()
      const told = (from: string) => async () => {
        steps.push(`${from}: ${await isKept(account)}`)
      }
      await db.run(async () => {
        await db.afterwards(told('work'))
        await db.run(() => db.afterwards(told('within')))
        await db.lastly(() => db.afterwards(told('last')))
        await insert(account)
        expect(steps).toEqual([])
      })
      expect(steps).toEqual(['work: true', 'within: true', 'last: true'])
    })

    it('is done to the end, whatever fails of it, and the first failure is told', async () => {
      const { db, insert, isKept, steps, step } = await opened()
      const account = anAccount()
      const failing = db.run(async () => {
        await db.afterwards(() => Promise.reject(undone))
        await db.afterwards(() => Promise.reject(new Error('another')))
        await db.afterwards(step('all the same'))
        await insert(account)
      })
      await expect(failing).rejects.toBe(undone)
      expect(steps).toEqual(['all the same'])
      expect(await isKept(account)).toBe(true)
    })

    it('is done at once outside of any, and never after what is undone', async () => {
      const { db, steps, step } = await opened()
      await db.afterwards(step('outside'))
      expect(steps).toEqual(['outside'])
      const failing = db.run(async () => {
        await db.afterwards(step('undone'))
        throw undone
      })
      await expect(failing).rejects.toBe(undone)
      await db.run(async () => undefined)
      expect(steps).toEqual(['outside'])
    })
  })

  describe(`what goes on in the background when its unit of work is over: ${name}`, () => {
    it.each(['done', 'undone'])('is not part of it, and does not fail: %s', async (end) => {
      const { db, accounts, insert, isKept, steps, step } = await opened()
      const [inside, later] = [anAccount(), anAccount()]
      const over = Promise.withResolvers<void>()
      let background: Promise<void> | undefined
      const unit = db.run(async () => {
        background = over.promise.then(async () => {
          await insert(later)
          expect(await accounts.findById(inside.id)).toEqual(end === 'done' ? inside : undefined)
          await db.lastly(step('last'))
          await db.afterwards(step('after'))
          const own = db.run(async () => {
            await insert(anAccount())
            throw undone
          })
          await expect(own).rejects.toBe(undone)
        })
        await insert(inside)
        if (end === 'undone') throw undone
      })
      await unit.catch(() => undefined)
      over.resolve()
      await background
      expect(steps).toEqual(['last', 'after'])
      expect([await isKept(inside), await isKept(later)]).toEqual([end === 'done', true])
      expect(await accounts.list(undefined, 10)).toHaveLength(end === 'done' ? 2 : 1)
    })
  })
}
