import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import type { Database } from '../../src/stores/sql/database.ts'
import { migrate } from '../../src/stores/sql/migrate.ts'
import { SqlSessionCheck } from '../../src/stores/sql/session-check.ts'
import { SqlSessionStore } from '../../src/stores/sql/sessions.ts'
import { openSqlite } from '../../src/stores/sql/sqlite.ts'
import { anAccount, anInstant, aSession } from '../../src/testing/index.ts'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'

const now = anInstant('2030-01-01T00:00:00Z')

async function opened(path = `${temporaryFolder()}/sallyport.db`): Promise<[Database, string]> {
  const db = openSqlite(path)
  onCleanUp(() => db.close())
  await migrate(db, now)
  return [db, path]
}

/** Requests are read in callbacks of the event loop, each in one that began after it had come. */
const nextRequest = () => new Promise(setImmediate)

/** A session that has just been read, and its account. */
async function remembered() {
  const [db, path] = await opened()
  const [accounts, sessions] = [new SqlAccountStore(db), new SqlSessionStore(db)]
  const account = anAccount()
  const session = aSession(account)
  await accounts.insert(account)
  await sessions.insert(session)
  expect(await sessions.findLive(session.tokenHash, now)).toEqual(session)
  return { path, accounts, sessions, account, session }
}

describe('what SQLite remembers of sessions and accounts', () => {
  it('is forgotten with the next commit of this process', async () => {
    const [db] = await opened()
    const [accounts, sessions] = [new SqlAccountStore(db), new SqlSessionStore(db)]
    const account = anAccount()
    await accounts.insert(account)
    for (let round = 0; round < 50; round++) {
      const session = aSession(account)
      await sessions.insert(session)
      expect(await sessions.findLive(session.tokenHash, now)).toEqual(session)
      expect(await sessions.findLive(session.tokenHash, now)).toEqual(session)
      await sessions.end(session.tokenHash)
      expect(await sessions.findLive(session.tokenHash, now)).toBeUndefined()
    }
  })

  it('is forgotten with a commit of any other process', async () => {
    const { path, accounts, sessions, account, session } = await remembered()
    expect(await accounts.findById(account.id)).toEqual(account)

    const other = new DatabaseSync(path, { timeout: 5000 })
    onCleanUp(() => other.close())
    other.exec("update accounts set status = 'disabled', epoch = epoch + 1")
    await nextRequest()
    expect(await accounts.findById(account.id)).toMatchObject({ status: 'disabled', epoch: 1 })
    other.exec('delete from sessions')
    await nextRequest()
    expect(await sessions.findLive(session.tokenHash, now)).toBeUndefined()
  })

  it('is of one version, whatever is read beside it', async () => {
    const { path, sessions, account, session } = await remembered()
    const another = aSession(account)
    await sessions.insert(another)
    expect(await sessions.findLive(session.tokenHash, now)).toEqual(session)
    const other = new DatabaseSync(path, { timeout: 5000 })
    onCleanUp(() => other.close())
    other.prepare('delete from sessions where token_hash = ?').run(session.tokenHash)
    // Not remembered, so read after that commit: then the one that is remembered is gone too.
    expect(await sessions.findLive(another.tokenHash, now)).toEqual(another)
    expect(await sessions.findLive(session.tokenHash, now)).toBeUndefined()
  })

  it('is counted: what it answered, and what was read', async () => {
    const [db] = await opened()
    const [accounts, sessions] = [new SqlAccountStore(db), new SqlSessionStore(db)]
    const check = new SqlSessionCheck(db)
    const account = anAccount()
    const session = aSession(account)
    await accounts.insert(account)
    await sessions.insert(session)
    expect(check.counts).toEqual({ hits: 0, misses: 0 })
    for (let request = 0; request < 3; request++) {
      expect(
        check.atOnce(session.tokenHash, now) ?? (await check.find(session.tokenHash, now)),
      ).toEqual(session)
    }
    expect(check.counts).toEqual({ hits: 2, misses: 1 })
    // Other look-ups are none of a session check.
    await accounts.findById(account.id)
    expect(check.counts).toEqual({ hits: 2, misses: 1 })
  })

  it('is not what an uncommitted change says', async () => {
    const [db, path] = await opened()
    const accounts = new SqlAccountStore(db)
    const account = anAccount()
    await accounts.insert(account)
    await accounts.findById(account.id)
    const other = new DatabaseSync(path, { timeout: 5000 })
    onCleanUp(() => other.close())
    other.exec("begin; update accounts set status = 'disabled'")
    expect(await accounts.findById(account.id)).toEqual(account)
    other.exec('rollback')
    expect(await accounts.findById(account.id)).toEqual(account)
  })

  it('does not outlive the end of a session', async () => {
    const { sessions, session } = await remembered()
    expect(await sessions.findLive(session.tokenHash, session.expiresAt)).toBeUndefined()
  })

  it('is bounded', async () => {
    const [db] = await opened()
    const accounts = new SqlAccountStore(db)
    const people = Array.from({ length: 12_000 }, () => anAccount())
    await accounts.insertAll(people)
    for (const { id } of people) expect((await accounts.findById(id))?.id).toBe(id)
    const [first] = people
    expect(first && (await accounts.findById(first.id))).toEqual(first)
  })
})
