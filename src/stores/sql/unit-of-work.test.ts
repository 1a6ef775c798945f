import { describe, expect, it } from 'vitest'
import type { Database, Executor } from './database.ts'
import { UnitDatabase } from './unit-of-work.ts'

/** A database of which nothing is asked but whether it is the whole of it, or the part that a transaction sees. */
function whole() {
  const partOf = (name: string) =>
    ({
      kysely: name,
      byKey: () => async (key: string) => `${name} ${key}`,
      together: async () => [[name]],
    }) as unknown as Executor
  const looked = Object.assign(async (key: string) => `whole ${key}`, {
    atOnce: (key: string) => `memory ${key}`,
    counts: { hits: 3, misses: 4 },
  })
  const database = {
    ...partOf('whole'),
    byKey: () => looked,
    dialect: 'sqlite',
    transaction: (work: (executor: Executor) => Promise<unknown>) => work(partOf('part')),
    close: async () => undefined,
  } as unknown as Database
  return { database: new UnitDatabase(database), looked }
}

const rows = (() => undefined) as never

describe('a database with units of work', () => {
  it('is the whole of it outside of a unit, and the transaction inside, in every way to ask', async () => {
    const { database } = whole()
    const byKey = database.byKey('id', rows, () => '')
    const asked = async () => [
      database.kysely,
      await byKey('key'),
      await database.together([]),
      await database.transaction(async ({ kysely }) => kysely),
    ]
    expect(await asked()).toEqual(['whole', 'whole key', [['whole']], 'part'])
    expect(await database.run(asked)).toEqual(['part', 'part key', [['part']], 'part'])
  })

  it('has the memory of the whole, and tells of it what that tells', () => {
    const { database, looked } = whole()
    const byKey = database.byKey('id', rows, () => '')
    expect(byKey.atOnce?.('key')).toBe('memory key')
    expect(byKey.counts).toBe(looked.counts)
  })

  it('does what is to be done last, however late that is said', async () => {
    const { database } = whole()
    // Somebody who was not waited for says it while the unit comes to its end, a little later each time.
    for (let turns = 0; turns < 32; turns++) {
      const done = Promise.withResolvers<void>()
      let isDone = false
      const late = async () => {
        for (let turn = 0; turn < turns; turn++) await undefined
        await database.lastly(async () => {
          isDone = true
        })
        done.resolve()
      }
      await database.run(() => database.lastly(async () => void late()))
      await done.promise
      expect(isDone, `${turns} turns later`).toBe(true)
    }
  })
})
