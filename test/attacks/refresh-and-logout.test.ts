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
})
