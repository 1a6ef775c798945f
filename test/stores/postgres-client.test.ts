import { type Compilable, type Kysely, sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import type { Database } from '../../src/stores/sql/database.ts'
import { openPostgres } from '../../src/stores/sql/postgres.ts'
import { onCleanUp } from '../support/clean-up.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

let db: Database
beforeEach(async () => {
  db = openPostgres({ url: await freshPostgresDatabase() })
  onCleanUp(() => db.close())
  await sql`create table notes (text text primary key)`.execute(db.kysely)
})

function note({ kysely }: Pick<Database, 'kysely'>, text: string): Compilable {
  const query = sql<{ text: string }>`insert into notes values (${text}) returning text`
  return { compile: () => query.compile(kysely) }
}

async function notes(kysely: Kysely<never> = db.kysely as never): Promise<unknown[]> {
  return (await sql`select * from notes order by text`.execute(kysely)).rows
}

describe('statements that travel together', () => {
  it('give the rows of each, in their order', async () => {
    const several = ['a', 'b', 'c'].map((text) => note(db, text))
    const rows = [[{ text: 'a' }], [{ text: 'b' }], [{ text: 'c' }]]
    expect(await db.together(several)).toEqual(rows)
    expect(await notes()).toHaveLength(3)
  })

  it.each([0, 1, 2])('are undone where one fails, and tell which: %s', async (place) => {
    await db.together([note(db, 'taken')])
    const texts = ['a', 'b']
    texts.splice(place, 0, 'taken')
    const several = texts.map((text) => note(db, text))
    await expect(db.together(several)).rejects.toThrow('duplicate key')
    expect(await notes()).toEqual([{ text: 'taken' }])
    expect(await db.together([note(db, 'after')])).toEqual([[{ text: 'after' }]])
  })

  it('are each answered of 32 that are sent at once', async () => {
    const texts = Array.from({ length: 32 }, (_, at) => [`${at} a`, `${at} b`])
    const answers = await Promise.all(
      texts.map((both) => db.together(both.map((text) => note(db, text)))),
    )
    expect(answers).toEqual(texts.map((both) => both.map((text) => [{ text }])))
  })
})

describe('a transaction', () => {
  it('in which nothing is said leaves nothing behind, undone or not', async () => {
    await db.transaction(async () => undefined)
    const undone = db.transaction(() => Promise.reject(new Error('undone')))
    await expect(undone).rejects.toThrow('undone')
    const { rows } = await sql`select pg_current_xact_id_if_assigned() as id`.execute(db.kysely)
    expect(rows).toEqual([{ id: null }])
    await db.together([note(db, 'after')])
    expect(await notes()).toHaveLength(1)
  })

  it('whose first statement fails is undone', async () => {
    const failing = db.transaction(async ({ kysely }) => {
      await sql`select 1 / ${0}::int`.execute(kysely)
    })
    await expect(failing).rejects.toThrow('division by zero')
    expect(await db.together([note(db, 'after')])).toEqual([[{ text: 'after' }]])
  })

  it('goes by one connection, whatever is said in it at once', async () => {
    const pids = await db.transaction(({ kysely }) =>
      Promise.all(
        Array.from({ length: 16 }, async () => {
          const { rows } = await sql<{
            pid: number
          }>`select pg_backend_pid() as pid`.execute(kysely)
          return rows[0]?.pid
        }),
      ),
    )
    expect(new Set(pids).size).toBe(1)
  })
})

describe('statements that the server keeps', () => {
  const kept = async () =>
    (await sql`select name from pg_prepared_statements`.execute(db.kysely)).rows

  it('are those with parameters, each once', async () => {
    for (let time = 0; time < 3; time++) await db.together([note(db, `${time}`)])
    expect(await kept()).toHaveLength(1)
  })

  it('are planned anew, on another connection, when a table was altered by a newer version', async () => {
    const all = () => sql`select * from notes where text != ${'none'}`.execute(db.kysely)
    await db.together([note(db, 'one')])
    expect((await all()).rows).toEqual([{ text: 'one' }])
    await sql`alter table notes add column more integer`.execute(db.kysely)
    await expect(all()).rejects.toThrow(StoreUnavailableError)
    expect((await all()).rows).toEqual([{ text: 'one', more: null }])
  })

  it('are not more and more where lists have many lengths', async () => {
    const lists = Array.from({ length: 600 }, (_, at) => Array.from({ length: at + 1 }, () => 1))
    for (const list of lists) {
      const sum = sql.join(
        list.map((one) => sql`${one}::int`),
        sql` + `,
      )
      const { rows } = await sql`select ${sum} as sum`.execute(db.kysely)
      expect(rows).toEqual([{ sum: list.length }])
    }
    expect((await kept()).length).toBeLessThanOrEqual(500)
  })
})
