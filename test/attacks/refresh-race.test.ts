import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { seconds } from '../../src/kernel/clock.ts'
import { jsonOf, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import {
  accessStatus,
  expectDead,
  partOf,
  refresh,
  refreshed,
  type Tokens,
  tokensIn,
  tokensOf,
} from '../support/tokens.ts'

const many = Array.from({ length: 50 })

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('one refresh token used by fifty callers at once, on %s', async (_engine, database) => {
  const place = await database()
  const app = await startApp(place)
  const ann = await app.registered()

  /** A second node on the same database: the race is decided there, not in a process. */
  const other = await startApp({ ...place, dataDir: app.dataDir })
  const nodes = [app, other]
  const wait = (time: number) => nodes.map(({ clock }) => clock.advance(time))

  it('is an error for nobody, and has one successor that goes on working', async () => {
    const first = await tokensOf(app, ann)
    const answers = await Promise.all(
      many.map((_, at) => refresh(at % 2 ? other : app, first.refresh)),
    )
    expect(answers.map(({ status }) => status)).toEqual(many.map(() => 200))
    const bodies = await Promise.all(answers.map(jsonOf))
    expect(new Set(bodies.map((body) => body['refresh_token'])).size).toBe(1)

    const sessions = bodies.map((body) => partOf(body['access_token'], 1)['sid'])
    expect(new Set(sessions)).toEqual(new Set([partOf(first.access, 1)['sid']]))
    for (const body of bodies) expect(await accessStatus(app, body['access_token'])).toBe(200)
    const next = await refreshed(app, bodies[0]?.['refresh_token'])
    expect(await accessStatus(app, next.access)).toBe(200)
  })

  it('again and again, as the tabs of one browser do, never ends the sign-in', async () => {
    let token = (await tokensOf(app, ann)).refresh
    for (let round = 0; round < 10; round += 1) {
      const tabs = await Promise.all(many.slice(0, 5).map(() => refreshed(other, token)))
      expect(new Set(tabs.map((tab) => tab.refresh)).size).toBe(1)
      expect(tabs[0]?.refresh).not.toBe(token)
      token = tabs[0]?.refresh as string
      wait(seconds(11))
    }
  })

  it('that was replaced long ago ends the sign-in however many use it, and nobody gets a fault', async () => {
    const first = await tokensOf(app, ann)
    const second = await refreshed(app, first.refresh)
    wait(seconds(11))
    const answers = await Promise.all(many.map(() => refresh(app, first.refresh)))
    expect(answers.map(({ status }) => status)).toEqual(many.map(() => 401))
    expect((await refresh(app, second.refresh)).status).toBe(401)
    expect(await accessStatus(app, second.access)).toBe(401)
  })

  it('of which one is an older token ends with nothing alive, whoever was first', async () => {
    for (let round = 0; round < 8; round += 1) {
      const first = await tokensOf(app, ann)
      const second = await refreshed(app, first.refresh)
      wait(seconds(11))
      const race = many
        .slice(0, 8)
        .map((_, at) => refresh(app, at === round ? first.refresh : second.refresh))
      const given: Tokens[] = []
      for (const answer of await Promise.all(race)) {
        expect([200, 401]).toContain(answer.status)
        if (answer.status === 200) given.push(await tokensIn(answer))
      }
      await expectDead(app, first, second, ...given)
    }
  })
})
