import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../src/kernel/random.ts'
import type { TokenHash } from '../../src/kernel/token.ts'
import { FileSessionStore } from '../../src/stores/filesystem/sessions.ts'
import { anAccount, anInstant, aSession, sessionStoreContract } from '../../src/testing/index.ts'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'
import { spawnTied } from '../support/tied-process.ts'
import { sessionStoreModel } from './session-model.ts'

const open = async (folder = `${temporaryFolder()}/sessions`) => ({
  store: await FileSessionStore.open(folder, systemRandom),
  account: anAccount(),
})

sessionStoreContract('filesystem', () => open())
sessionStoreModel('filesystem', () => open())

const start = anInstant('2030-01-01T00:00:00Z')
const program = join(import.meta.dirname, 'session-process.ts')

/** Another process on the same folder. It begins its task when told to. */
async function another(folder: string, task: string, ...given: string[]) {
  const child = spawnTied(process.execPath, [program, folder, task, ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onCleanUp(() => child.kill('SIGKILL'))
  const said: string[] = []
  const ready = new Promise<void>((resolve) => {
    let rest = ''
    child.stdout?.on('data', (text: Buffer) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      said.push(...lines)
      resolve()
    })
  })
  const closed = once(child, 'close')
  await ready
  return { said, closed, child, begin: () => child.stdin?.write('go\n') }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('a folder of sessions that several processes share', () => {
  it('never moves an end earlier, whoever moves it', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const session = aSession(account)
    await store.insert(session)
    const others = await Promise.all(
      [1, 2, 3].map((from) =>
        another(folder, 'extend', session.tokenHash, `${1_800_000 + from}`, '10'),
      ),
    )
    for (const { begin } of others) begin()
    let [latest, looks, running] = [session.expiresAt, 0, true]
    void Promise.all(others.map(({ closed }) => closed)).then(() => {
      running = false
    })
    while (running) {
      const found = await store.findLive(session.tokenHash, start)
      expect(found?.expiresAt).toBeGreaterThanOrEqual(latest)
      latest = found?.expiresAt ?? latest
      looks += 1
      if (looks % 50 === 0) await setImmediate()
    }
    expect((await store.findLive(session.tokenHash, start))?.expiresAt).toBe(
      start + 1_800_003 + 499 * 10,
    )
    // Two lines for each process, however often it has moved the end.
    const [file = ''] = filesIn(folder).filter((path) => !path.includes('accounts'))
    expect(readFileSync(file, 'utf8').match(/ moved /g)).toHaveLength(6)
  })

  it('never revives a session that one of them has ended', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const session = aSession(account)
    await store.insert(session)
    const other = await another(folder, 'extend', session.tokenHash, '1800001', '10')
    other.begin()
    while ((await store.findLive(session.tokenHash, start))?.expiresAt === session.expiresAt) {
      await setImmediate()
    }
    expect(await store.end(session.tokenHash)).toBe(true)
    await other.closed
    expect(await store.findLive(session.tokenHash, start)).toBeUndefined()
    expect(filesIn(folder)).toEqual([])
  })

  it('tells one of them alone that it has ended a session', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const sessions = Array.from({ length: 60 }, () => aSession(account))
    for (const session of sessions) await store.insert(session)
    const hashes = sessions.map(({ tokenHash }) => tokenHash)
    const others = await Promise.all([1, 2, 3].map(() => another(folder, 'end', ...hashes)))
    for (const { begin } of others) begin()
    await Promise.all(others.map(({ closed }) => closed))
    const told = others.flatMap(({ said }) => said.filter((line) => line.length === 43))
    expect(told.sort()).toEqual([...hashes].sort())
  })
})

describe('a process that is killed in the middle of inserts', () => {
  it('leaves every session that it had acknowledged, and nothing half-made that is believed', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const acknowledged = new Set<string>()
    const ended = new Set<string>()
    for (let round = 0; round < 20; round++) {
      const other = await another(folder, 'insert', account.id)
      other.begin()
      await delay(20 + round * 7)
      other.child.kill('SIGKILL')
      await other.closed
      for (const line of other.said.slice(1)) {
        const [hash = '', replaced = ''] = line.split(' ')
        acknowledged.add(hash)
        if (replaced !== '') ended.add(replaced)
      }
    }
    expect(acknowledged.size).toBeGreaterThan(20)
    const live: string[] = []
    for (const hash of acknowledged) {
      const found = await store.findLive(hash as TokenHash, start)
      if (found) live.push(hash)
      if (ended.has(hash)) expect(found).toBeUndefined()
    }
    // The last of a process may have been replaced by one that it could not acknowledge any more.
    const missing = [...acknowledged].filter((hash) => !ended.has(hash) && !live.includes(hash))
    expect(missing.length).toBeLessThanOrEqual(20)
    const listed = await store.listLive(account.id, account.epoch, start)
    expect(listed.map(({ tokenHash }) => tokenHash)).toEqual(expect.arrayContaining(live))
    const over = anInstant('2030-01-01T00:30:00Z')
    while ((await store.sweep(over, 500)) === 500);
    await store.sweep(anInstant('2030-01-01T00:40:00Z'), 500)
    expect(filesIn(folder)).toEqual([])
  })
})
