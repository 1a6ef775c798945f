import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { type Kysely, sql } from 'kysely'
import { expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import type { Database } from '../../src/stores/sql/database.ts'
import { openSqlite } from '../../src/stores/sql/sqlite.ts'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'

/** A database with one table, and the thread that writes to it. */
async function open(): Promise<{ db: Database; thread: Worker }> {
  const started = new Promise<Worker>((resolve) => process.once('worker', resolve))
  const db = openSqlite(`${temporaryFolder()}/sallyport.db`)
  onCleanUp(() => db.close())
  await sql`create table notes (text)`.execute(db.kysely)
  return { db, thread: await started }
}

const note = (kysely: Kysely<never>, text: string) =>
  sql`insert into notes values (${text})`.execute(kysely)

async function notesIn({ kysely }: Database): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`select text from notes`.execute(kysely)
  return rows.map(({ text }) => text)
}

it('goes on in another thread when the one that writes has ended', async () => {
  const { db, thread } = await open()
  await note(db.kysely as never, 'before')
  await thread.terminate()
  await note(db.kysely as never, 'after')
  expect(await notesIn(db)).toEqual(['before', 'after'])
})

it('says that the store is unavailable to whoever was waiting for that thread', async () => {
  const { db, thread } = await open()
  const waiting = note(db.kysely as never, 'lost')
  const ended = thread.terminate()
  await expect(waiting).rejects.toThrow(StoreUnavailableError)
  await ended
})

it('never writes half of a transaction: the rest does not go to the next thread', async () => {
  const { db, thread } = await open()
  const transaction = db.transaction(async ({ kysely }) => {
    await note(kysely as never, 'one')
    await thread.terminate()
    await note(kysely as never, 'two').catch(() => undefined)
    await note(kysely as never, 'three')
  })
  await expect(transaction).rejects.toThrow(StoreUnavailableError)
  expect(await notesIn(db)).toEqual([])
})

it('refuses the rest of a transaction that it was closed in the middle of', async () => {
  const { db } = await open()
  const transaction = db.transaction(async ({ kysely }) => {
    await note(kysely as never, 'one')
    await db.close()
    await note(kysely as never, 'two')
  })
  await expect(transaction).rejects.toThrow(StoreUnavailableError)
})

it('starts no thread before there is something to do', async () => {
  let started = false
  process.once('worker', () => {
    started = true
  })
  await openSqlite(`${temporaryFolder()}/sallyport.db`).close()
  await new Promise(setImmediate)
  expect(started).toBe(false)
})

it('shares a commit among those that write at once: who fails undoes only what it did itself', async () => {
  const { db } = await open()
  await sql`create table rules (text not null unique)`.execute(db.kysely)
  const rule = (text: string | null) => sql`insert into rules values (${text})`.execute(db.kysely)
  const texts = Array.from({ length: 200 }, (_, at) => (at % 10 === 3 ? null : `${at % 150}`))
  const done = await Promise.allSettled(texts.map(rule))
  const kept = texts.filter((_, at) => done[at]?.status === 'fulfilled')
  const rows = await sql<{ text: string }>`select text from rules`.execute(db.kysely)
  expect(rows.rows.map(({ text }) => text)).toEqual(kept)
  expect(new Set(kept)).toEqual(new Set(texts.filter((text) => text !== null)))
  expect(kept).toHaveLength(new Set(kept).size)
})

it('lets nobody in between the statements of a transaction', async () => {
  const { db } = await open()
  const others: Promise<unknown>[] = []
  const transaction = (name: string) =>
    db.transaction(async ({ kysely }) => {
      await note(kysely as never, `${name} begins`)
      others.push(note(db.kysely as never, 'other'), notesIn(db))
      await new Promise(setImmediate)
      await note(kysely as never, `${name} goes on`)
      if (name === 'two') throw new Error('undone')
    })
  const all = ['one', 'two', 'three'].map(transaction)
  await Promise.allSettled([...all, ...others])
  await Promise.all(others)
  const notes = await notesIn(db)
  expect(notes.filter((text) => text === 'other')).toHaveLength(3)
  expect(notes.filter((text) => text.startsWith('two'))).toEqual([])
  for (const name of ['one', 'three']) {
    expect(notes[notes.indexOf(`${name} begins`) + 1]).toBe(`${name} goes on`)
  }
})

it('goes on after a transaction that could not begin', async () => {
  const { db } = await open()
  const path = await fileOf(db)
  const other = new DatabaseSync(path)
  onCleanUp(() => other.close())
  other.exec('begin immediate')
  const work = db.transaction(({ kysely }) => note(kysely as never, 'never'))
  const beside = note(db.kysely as never, 'nor this')
  await expect(work).rejects.toThrow(StoreUnavailableError)
  await expect(beside).rejects.toThrow(StoreUnavailableError)
  other.exec('rollback')
  await db.transaction(({ kysely }) => note(kysely as never, 'after'))
  expect(await notesIn(db)).toEqual(['after'])
})

async function fileOf({ kysely }: Database): Promise<string> {
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list`.execute(
    kysely,
  )
  return rows[0]?.file ?? ''
}
