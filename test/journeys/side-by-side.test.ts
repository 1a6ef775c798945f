import { expect, it } from 'vitest'
import { type App, cookieIn, jsonOf, type Person, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import { creation } from '../support/passkeys.ts'
import { cheapHashes, wrongPassword } from '../support/places.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { post } from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'
import { tokensOf } from '../support/tokens.ts'

type Ask = (node: App) => Promise<Response>

/** All that changes what an account has, by sessions that began before: each of one row of it or of several. */
async function changesOf(app: App, strict: App, ann: Person): Promise<readonly Ask[]> {
  const { email, password } = ann
  const login = { email, password }
  const session = () => app.cookieOf(ann)
  const [first, second, third, fourth, fifth] = [
    await session(),
    await session(),
    await session(),
    await session(),
    await session(),
  ] as const
  const { refresh } = await tokensOf(app, ann)
  const pending = cookieIn(await strict.postJson('/login', login))
  const { id, secret } = await jsonOf(await post(strict, '/login/enrolment/app', {}, pending))
  const enrolled = { id, code: codeNow(secret, app.clock.now()) }
  const credential = await creation(app, third, new SoftAuthenticator())
  const changed = { current_password: password, new_password: `${password} from now on` }
  return [
    () => post(strict, '/login/enrolment/app/confirm', enrolled, pending),
    (node) => post(node, '/password/change', changed, first),
    (node) => node.postJson('/login', login, { cookie: second }),
    (node) => node.postJson('/login', { ...login, password: wrongPassword }),
    (node) => node.postJson('/login', { ...login, transport: 'token' }),
    (node) => post(node, '/passkeys', { credential }, third),
    (node) => post(node, '/confirm', { password }, fourth),
    (node) => post(node, '/confirm', { password: wrongPassword }, fifth),
    (node) => node.request('DELETE', '/sessions', { cookie: fifth, origin: node.origin }),
    (node) => node.postJson('/refresh', { refresh_token: refresh }),
    (node) => post(node, '/logout', {}, second),
  ]
}

it.each([
  ['SQLite', 'in the database', 'database'],
  ['PostgreSQL', 'in the database', 'database'],
  ['PostgreSQL', 'in sealed cookies', 'sealed'],
] as const)(
  'whatever one account is asked at the same time, nobody waits for who waits for them: on %s, with sessions %s',
  async (database, _, sessionStore) => {
    const databaseUrl = database === 'PostgreSQL' ? await freshPostgresDatabase() : undefined
    const options = { ...cheapHashes, sessionStore, ...(databaseUrl && { databaseUrl }) }
    const app = await startApp(options)
    const shared = { ...options, dataDir: app.dataDir, clock: app.clock }
    const nodes = [app, await startApp(shared)] as const
    const strict = await startApp({ ...shared, requireMfa: 'all' })
    for (let round = 0; round < 12; round++) {
      const asked = await changesOf(app, strict, await app.registered())
      const statuses = await Promise.all(
        asked.map(async (ask, at) => {
          // Each round in another order.
          for (let turn = 0; turn < (7 * round + 5 * at) % 23; turn++)
            await new Promise(setImmediate)
          return (await ask(nodes[at % 2] as App)).status
        }),
      )
      expect(statuses.filter((status) => status >= 500)).toEqual([])
    }
  },
  60_000,
)
