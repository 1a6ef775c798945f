import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/kernel/digest.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import type { TokenHash } from '../../src/kernel/token.ts'
import { FileSessionStore } from '../../src/stores/filesystem/sessions.ts'
import { anAccount, anInstant, aSession, sessionStoreContract } from '../../src/testing/index.ts'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'
import { spawnTied } from '../support/tied-process.ts'
import { sessionStoreModel } from './session-model.ts'
import { sessionSwap } from './session-swap.ts'

const open = async (folder = `${temporaryFolder()}/sessions`) => ({
  store: await FileSessionStore.open(folder, systemRandom),
  account: anAccount(),
})

sessionStoreContract('filesystem', () => open())
sessionStoreModel('filesystem', () => open())
sessionSwap('filesystem', () => open())

const start = anInstant('2030-01-01T00:00:00Z')
const program = join(import.meta.dirname, '../support/session-process.ts')

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
    // Two lines at most for each process, however often it has moved the end.
    const [file = ''] = filesIn(folder).filter((path) => !path.includes('accounts'))
    expect(readFileSync(file, 'utf8').match(/ moved /g)?.length).toBeLessThanOrEqual(6)
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
    expect(await store.end(session.tokenHash)).toMatchObject({ id: session.id })
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
    const lastOfEach = new Set<string>()
    for (let round = 0; round < 20 || acknowledged.size <= 20; round++) {
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
      lastOfEach.add(other.said.at(-1)?.trim() ?? '')
    }
    const live: string[] = []
    for (const hash of acknowledged) {
      const found = await store.findLive(hash as TokenHash, start)
      if (found) live.push(hash)
      if (ended.has(hash)) expect(found).toBeUndefined()
    }
    // The last that a process acknowledged may have been replaced in the step that it could not tell.
    const missing = [...acknowledged].filter((hash) => !ended.has(hash) && !live.includes(hash))
    expect([...lastOfEach]).toEqual(expect.arrayContaining(missing))
    const listed = await store.listLive(account.id, account.epoch, start)
    expect(listed.map(({ tokenHash }) => tokenHash)).toEqual(expect.arrayContaining(live))
    const over = anInstant('2030-01-01T00:30:00Z')
    while ((await store.sweep(over, 500)) === 500);
    await store.sweep(anInstant('2030-01-01T00:40:00Z'), 500)
    expect(filesIn(folder)).toEqual([])
  })
})

describe('what else may be found in a folder of sessions', () => {
  it('is ignored, and left alone, when its name is not one of ours', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const session = aSession(account)
    await store.insert(session)
    const [file = ''] = filesIn(folder).filter((path) => !path.includes('accounts'))
    const [marker = ''] = filesIn(folder).filter((path) => path.includes('accounts'))
    const names = [
      '.DS_Store',
      'x'.repeat(64),
      'A'.repeat(64),
      '..draft',
      ' ',
      `${'a'.repeat(64)}.bak`,
    ]
    const strange = [dirname(file), dirname(marker), `${folder}/accounts/00`, folder].flatMap(
      (place) => names.map((name) => join(place, name)),
    )
    for (const path of strange) writeFileSync(path, readFileSync(file))
    mkdirSync(`${folder}/00/${'b'.repeat(63)}`)
    expect(await store.listLive(account.id, account.epoch, start)).toEqual([session])
    expect(await store.sweep(session.expiresAt, 500)).toBe(1)
    expect(await store.sweep(session.endsAt, 500)).toBe(0)
    for (const path of strange) expect(existsSync(path)).toBe(true)
  })

  it('is no session when it is damaged, cut short or another one, and is swept', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const sessions = Array.from({ length: 5 }, () => aSession(account))
    for (const session of sessions) await store.insert(session)
    const files = sessions.map(({ tokenHash }) => fileOf(folder, tokenHash))
    const [cut, changed, empty, swapped, whole] = files as [string, string, string, string, string]
    truncateSync(cut, 100)
    writeFileSync(changed, readFileSync(changed, 'utf8').replace('"epoch":0', '"epoch":1'))
    writeFileSync(empty, '')
    writeFileSync(swapped, readFileSync(whole))
    for (const { tokenHash } of sessions.slice(0, 4)) {
      expect(await store.findLive(tokenHash, start)).toBeUndefined()
      await store.extend([
        { hash: tokenHash, expiresAt: anInstant('2030-01-01T01:00:00Z'), at: start },
      ])
      expect(await store.end(tokenHash)).toBeUndefined()
    }
    expect(await store.listLive(account.id, account.epoch, start)).toEqual([sessions[4]])
    expect(await store.sweep(start, 500)).toBe(4)
    expect(filesIn(folder).filter((path) => !path.includes('accounts'))).toEqual([whole])
  })

  it('leaves the end as it was when the last move of it was cut short', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const session = aSession(account)
    await store.insert(session)
    const ends = [31, 32, 33].map((minute) => anInstant(`2030-01-01T00:${minute}:00Z`))
    for (const end of ends)
      await store.extend([{ hash: session.tokenHash, expiresAt: end, at: start }])
    const file = fileOf(folder, session.tokenHash)
    writeFileSync(file, readFileSync(file, 'utf8').replace(String(ends[2]), '9999999999999'))
    expect((await store.findLive(session.tokenHash, start))?.expiresAt).toBe(ends[1])
    const later = anInstant('2030-01-01T00:34:00Z')
    await store.extend([{ hash: session.tokenHash, expiresAt: later, at: start }])
    expect((await store.findLive(session.tokenHash, start))?.expiresAt).toBe(later)
  })

  it('is readable by its owner only', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const [old, session] = [aSession(account), aSession(account)]
    await store.insert(old)
    await store.insert(session, { replaced: old.tokenHash })
    const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    for (const entry of ['', ...entries]) {
      const found = statSync(join(folder, entry))
      expect((found.mode & 0o777).toString(8)).toBe(found.isFile() ? '600' : '700')
    }
  })

  it('moves no end but that of its own session, in whichever file it stands', async () => {
    const { store, account } = await open()
    const [old, session] = [aSession(account), aSession(account)]
    await store.insert(old)
    await store.extend([
      { hash: old.tokenHash, expiresAt: anInstant('2030-01-01T00:50:00Z'), at: start },
    ])
    await store.insert(session, { replaced: old.tokenHash })
    expect(await store.findLive(session.tokenHash, start)).toEqual(session)
  })

  it('stays bounded when sessions take one another’s place without end', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    let session = aSession(account)
    await store.insert(session)
    for (let round = 0; round < 250; round++) {
      const next = aSession(account)
      await store.insert(next, { replaced: session.tokenHash })
      expect(await store.findLive(session.tokenHash, start)).toBeUndefined()
      session = next
    }
    expect(await store.listLive(account.id, account.epoch, start)).toEqual([session])
    const [file = '', ...more] = filesIn(folder).filter((path) => !path.includes('accounts'))
    expect(more).toEqual([])
    expect(statSync(file).size).toBeLessThan(70_000)
  })
})

describe('a folder of sessions that cannot be used', () => {
  it('says nothing about anybody while it is not there, and goes on when it is back', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const session = aSession(account)
    await store.insert(session)
    renameSync(folder, `${folder}-away`)
    await expect(store.findLive(session.tokenHash, start)).rejects.toThrow(StoreUnavailableError)
    await expect(store.insert(aSession(account))).rejects.toThrow(StoreUnavailableError)
    renameSync(`${folder}-away`, folder)
    expect(await store.findLive(session.tokenHash, start)).toEqual(session)
    const next = aSession(account)
    await store.insert(next, { replaced: session.tokenHash })
    expect(await store.listLive(account.id, account.epoch, start)).toEqual([next])
  })

  it('keeps nothing of a session that it could not mark for its account', async () => {
    const folder = `${temporaryFolder()}/sessions`
    const { store, account } = await open(folder)
    const hex = Buffer.from(sha256(account.id), 'base64url').toString('hex')
    const inTheWay = join(folder, 'accounts', hex.slice(0, 2), hex)
    writeFileSync(inTheWay, '')
    const session = aSession(account)
    await expect(store.insert(session)).rejects.toThrow(StoreUnavailableError)
    expect(await store.findLive(session.tokenHash, start)).toBeUndefined()
    rmSync(inTheWay)
    await store.insert(session)
    expect(await store.findLive(session.tokenHash, start)).toEqual(session)
  })
})

function fileOf(folder: string, hash: TokenHash): string {
  const hex = Buffer.from(hash, 'base64url').toString('hex')
  return join(folder, hex.slice(0, 2), hex)
}
