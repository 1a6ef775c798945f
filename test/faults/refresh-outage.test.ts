import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { aPerson, me, register } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { startPostgres } from '../support/postgres.ts'
import { startServer } from '../support/server-process.ts'
import { byAccessToken, grant, refresh, type Tokens, tokensOf } from '../support/token-client.ts'
import { longestWait } from './outage.ts'

const secret = 'Xq3vN1xW5rT7yB9mC2dF4gH6jL0pSaZk'

it('says 503 while the database is locked, spends no refresh token, and goes on when it is let go', async () => {
  const server = await startServer()
  const person = aPerson()
  await register(server.url, person)
  const tokens = await tokensOf(server.url, person)
  const other = new DatabaseSync(join(server.dataDir, 'sallyport.db'))
  other.exec('begin exclusive')
  const refreshed = await refresh(server.url, tokens)
  const granted = await grant(server.url, person)
  // Who carries an access token is known from memory, and from what SQLite lets read.
  const known = await me(server.url, byAccessToken(tokens))
  other.exec('rollback')
  other.close()

  for (const { status, headers, took } of [refreshed, granted]) {
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('1')
    expect(took).toBeLessThan(longestWait)
  }
  expect(JSON.parse(refreshed.body).code).toBe('store_unavailable')
  expect(JSON.parse(granted.body).error).toBe('temporarily_unavailable')
  expect(known.status).toBe(200)
  expect((await refresh(server.url, tokens)).status).toBe(200)
})

it('loses nobody’s line of tokens when it is killed while many refresh', async () => {
  const server = await startServer()
  const person = aPerson()
  await register(server.url, person)
  const lines: Line[] = []
  for (let at = 0; at < 16; at++) lines.push(new Line(await tokensOf(server.url, person)))
  const working = lines.map((line) => line.work(server.url))
  await eventually('refreshes on each line', () => lines.every(({ turns }) => turns >= 3), 30_000)
  await server.kill()
  await Promise.all(working)

  await server.start()
  // None knows whether what it has sent was spent: it asks once more, while that is forgiven.
  const asked = await Promise.all(lines.map((line) => line.turn(server.url)))
  expect(new Set(asked)).toEqual(new Set([200]))
  for (const line of lines) {
    expect(await line.turn(server.url)).toBe(200)
    expect((await me(server.url, byAccessToken(line.tokens))).status).toBe(200)
  }
})

it('lets another node go on where one was killed, with the same keys', async () => {
  const postgres = await startPostgres()
  const env = {
    // As browsers see both, and as tokens name who has signed them.
    SALLYPORT_URL: 'http://127.0.0.1:8000',
    SALLYPORT_DATABASE_URL: await postgres.createDatabase(),
    SALLYPORT_SECRET: secret,
  }
  const [first, second] = [await startServer({ env }), await startServer({ env })]
  const person = aPerson()
  await register(first.url, person)
  const line = new Line(await tokensOf(first.url, person))
  const working = line.work(first.url)
  await eventually('refreshes', () => line.turns >= 3)
  await first.kill()
  await working

  expect(await line.turn(second.url)).toBe(200)
  expect((await me(second.url, byAccessToken(line.tokens))).status).toBe(200)
  await first.start()
  expect(await line.turn(first.url)).toBe(200)
  expect((await me(second.url, byAccessToken(line.tokens))).status).toBe(200)
})

/** One program, which exchanges its refresh token and keeps the last one that it was given. */
class Line {
  tokens: Tokens
  turns = 0

  constructor(tokens: Tokens) {
    this.tokens = tokens
  }

  async turn(url: string): Promise<number> {
    const { status, body } = await refresh(url, this.tokens)
    if (status === 200) this.tokens = JSON.parse(body)
    this.turns += 1
    return status
  }

  /** Until nobody answers any more. */
  async work(url: string): Promise<void> {
    for (;;) {
      const status = await this.turn(url).catch(() => undefined)
      if (status === undefined) return
      if (status !== 200) throw new Error(`not refreshed: ${status}`)
    }
  }
}
