import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import {
  accessStatus,
  bearing,
  expectDead,
  refresh,
  refreshed,
  type Tokens,
  tokensOf,
} from '../support/tokens.ts'

describe.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('a refresh token that two have, on %s', async (_engine, database) => {
  const app = await startApp(await database())
  const ann = await app.registered()

  /** Whoever comes first turns the sign-in a few times; then the other one comes. */
  async function bothUse(turns: number): Promise<{ ahead: Tokens[]; stolen: Tokens }> {
    const stolen = await tokensOf(app, ann)
    const ahead: Tokens[] = []
    for (let turn = 0; turn < turns; turn += 1) {
      ahead.push(await refreshed(app, (ahead.at(-1) ?? stolen).refresh))
      app.clock.advance(seconds(30))
    }
    expect((await refresh(app, stolen.refresh)).status).toBe(401)
    return { ahead, stolen }
  }

  it('is good for neither: the thief was first, and the owner comes', async () => {
    const { ahead, stolen } = await bothUse(1)
    await expectDead(app, stolen, ...ahead)
  })

  it('is good for neither: the owner was first for a while, and the thief comes', async () => {
    const { ahead, stolen } = await bothUse(4)
    await expectDead(app, stolen, ...ahead)
  })

  it('leaves the other sign-ins of its owner alone', async () => {
    const [cookie, bearer] = [await app.cookieOf(ann), await app.bearerOf(ann)]
    const phone = await tokensOf(app, ann)
    await bothUse(1)
    expect(await app.meStatus({ cookie })).toBe(200)
    expect(await app.meStatus(bearing(bearer))).toBe(200)
    expect(await accessStatus(app, (await refreshed(app, phone.refresh)).access)).toBe(200)
  })

  it('is not seen in the list of sessions any more after both used it', async () => {
    const { stolen } = await bothUse(1)
    const cookie = await app.cookieOf(ann)
    const listed = await (await app.get('/sessions', { cookie })).text()
    const { sid } = JSON.parse(atob(stolen.access.split('.')[1] ?? '')) as { sid: string }
    expect(sid).toMatch(/^sn_/)
    expect(listed).not.toContain(sid)
  })

  it('kills both also when the thief keeps an access token fresh meanwhile', async () => {
    const stolen = await tokensOf(app, ann)
    const thief = await refreshed(app, stolen.refresh)
    app.clock.advance(minutes(14))
    expect(await accessStatus(app, thief.access)).toBe(200)
    expect((await refresh(app, stolen.refresh)).status).toBe(401)
    expect(await accessStatus(app, thief.access)).toBe(401)
    await expectDead(app, stolen, thief)
  })
})
