import { describe, expect, it } from 'vitest'
import { type App, jsonOf, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import {
  bearing,
  expectDead,
  partOf,
  postFields,
  refresh,
  type Tokens,
  tokensIn,
  tokensOf,
} from '../support/tokens.ts'

type End = (app: App, tokens: Tokens) => Promise<Response>

const ends: [string, End][] = [
  ['POST /logout', (app, { access }) => app.request('POST', '/logout', bearing(access))],
  [
    'POST /revoke of the refresh token',
    (app, tokens) => postFields(app, '/revoke', { token: tokens.refresh }),
  ],
  [
    'POST /revoke of the access token',
    (app, { access }) => postFields(app, '/revoke', { token: access }),
  ],
  [
    'DELETE /sessions/{id}',
    (app, { access }) =>
      app.request('DELETE', `/sessions/${partOf(access, 1)['sid']}`, bearing(access)),
  ],
]

describe.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
  ['SQLite, with sessions in memory', async () => ({ sessionStore: 'memory' as const })],
])('a refresh at the moment of signing out, on %s', async (_engine, database) => {
  const app = await startApp(await database())
  const ann = await app.registered()

  it.each(ends)('revives nothing: %s', async (_how, end) => {
    for (let round = 0; round < 6; round += 1) {
      const tokens = await tokensOf(app, ann)
      // The end comes first, last, and in the middle of six refreshes.
      const race: Promise<Response>[] = []
      for (let at = 0; at < 7; at += 1) {
        race.push(at === round ? end(app, tokens) : refresh(app, tokens.refresh))
      }
      const answers = await Promise.all(race)
      expect(answers[round]?.status).toBeLessThan(300)
      const got: Tokens[] = []
      for (const [at, answer] of answers.entries()) {
        if (at === round) continue
        expect([200, 401]).toContain(answer.status)
        const { access_token, refresh_token } = await jsonOf(answer)
        if (answer.status === 200) got.push({ access: access_token, refresh: refresh_token })
      }
      await expectDead(app, tokens, ...got)
    }
  })

  it('revives nothing: a changed password, while somebody refreshes without a pause', async () => {
    // What takes so long is overtaken by many refreshes.
    const app = await startApp({ ...(await database()), passwordCost: 'memory=65536,passes=1' })
    const bob = { ...(await app.registered()) }
    for (const new_password of ['quiet meadow telescope', 'amber willow compass']) {
      const stolen = await tokensOf(app, bob)
      const cookie = await app.cookieOf(bob)
      const passwords = { current_password: bob.password, new_password }
      let changing = true
      const changed = app.postJson('/password/change', passwords, { cookie }).finally(() => {
        changing = false
      })
      const got = [stolen]
      for (let turns = 0; changing || turns < 3; turns += 1) {
        const answer = await refresh(app, got.at(-1)?.refresh ?? '')
        if (answer.status === 200) got.push(await tokensIn(answer))
        else expect(answer.status).toBe(401)
        if (!changing && answer.status === 401) break
        // Lets the threads that hash be heard.
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect((await changed).status).toBe(200)
      expect(got.length).toBeGreaterThan(2)
      await expectDead(app, stolen, ...got.slice(-3))
      bob.password = new_password
    }
  })
})
