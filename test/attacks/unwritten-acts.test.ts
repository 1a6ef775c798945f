import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../../src/core/accounts/index.ts'
import type { AuditType } from '../../src/core/audit/index.ts'
import type { AuthOptions } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { configurationOfOptions } from '../../src/options.ts'
import { openExisting } from '../../src/storage.ts'
import { type App, asForm, type Person, somebody, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import { keyed, signInByKey } from '../support/passkeys.ts'
import { attempt, cheapHashes, trailOf } from '../support/places.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { enrolment, factorsOf, guarded, post, remove } from '../support/second-factor.ts'
import { expectDead, refresh, refreshed, tokensOf } from '../support/tokens.ts'

/** Makes each entry of this type impossible, as a full disk or a broken index would; all that were, possible again. */
type Break = (type: AuditType | 'none') => Promise<void>

async function breakable(place: AuthOptions): Promise<{ app: App; breakEntries: Break }> {
  const app = await startApp({ ...cheapHashes, ...place })
  const run = async (...statements: readonly string[]) => {
    const configuration = configurationOfOptions({ ...place, dataDir: app.dataDir })
    await using database = await openExisting(configuration)
    if (!database) throw new TypeError('no database')
    for (const one of statements) await sql.raw(one).execute(database.kysely)
  }
  await run('create table broken_entries (type text)', ...(place.databaseUrl ? postgres : sqlite))
  return {
    app,
    breakEntries: (type) =>
      run('delete from broken_entries', `insert into broken_entries values ('${type}')`),
  }
}

const isBroken = 'exists (select 1 from broken_entries where type = new.type)'

const sqlite = [
  `create trigger no_entry before insert on audit_entries when ${isBroken}
    begin select raise(abort, 'no room'); end`,
]

const postgres = [
  `create function refuse_entry() returns trigger language plpgsql as $$ begin
    if ${isBroken} then raise 'no room'; end if; return new; end $$`,
  `create trigger no_entry before insert on audit_entries
    for each row execute function refuse_entry()`,
]

/** A fault of ours, which gives nothing to whoever asked. */
async function expectNothing(answer: Response): Promise<void> {
  expect(answer.status).toBeGreaterThanOrEqual(500)
  expect(answer.headers.getSetCookie()).toEqual([])
  expect(await answer.text()).not.toMatch(
    /(?:ses|brr|rfr|pnd)_[\w-]{20}|eyJ[\w-]+\.eyJ|no room|trigger/,
  )
}

const another = 'another lantern entirely'

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('what cannot be written down on %s is not done:', async (_, place) => {
  const { app, breakEntries } = await breakable(await place())
  beforeEach(() => breakEntries('none'))

  const ways: Readonly<Record<string, (person: Person) => Promise<Response>>> = {
    'by a page': ({ email, password }) => app.postForm('/login', { email, password }),
    'with a cookie': (person) => app.postJson('/login', person),
    'with a bearer token': (person) => app.postJson('/login', { ...person, transport: 'bearer' }),
    'with tokens': (person) => app.postJson('/login', { ...person, transport: 'token' }),
    'with a token cookie': (person) =>
      app.postJson('/login', { ...person, transport: 'token-cookie' }, { origin: app.origin }),
    'at the token endpoint': ({ email: username, password }) => {
      const fields = new URLSearchParams({ username, password }).toString()
      return app.request('POST', '/token', asForm, fields)
    },
  }

  it.each(Object.entries(ways))('a sign-in %s gives no session', async (_way, signIn) => {
    const person = await app.registered()
    const id = trailOf(app).at(-1)?.subject as AccountId
    await breakEntries('login.succeeded')
    const before = trailOf(app).length
    await expectNothing(await signIn(person))
    expect(await app.auth.sessions.list(id)).toEqual([])
    expect(trailOf(app)).toHaveLength(before)
    await expect(app.auth.login(person)).rejects.toThrow()
    await breakEntries('none')
    expect((await signIn(person)).status).toBeLessThan(400)
  })

  it('a sign-in by a passkey gives no session, nor does its first step by a password', async () => {
    const bea = await keyed(app)
    await breakEntries('login.succeeded')
    await expectNothing(await signInByKey(app, bea.key))
    await breakEntries('login.waiting')
    await expectNothing(await app.postJson('/login', bea.person))
  })

  it('a refusal is no answer either: nobody guesses unseen', async () => {
    const { email } = await app.registered()
    await breakEntries('login.refused')
    await expectNothing(await attempt(app, '203.0.113.1', { email }))
    await expectNothing(await attempt(app, '203.0.113.1', { email: 'nobody@mail.test.example' }))
  })

  it('a registration makes no account', async () => {
    const person = somebody()
    await breakEntries('account.registered')
    await expectNothing(await app.postJson('/register', person))
    await breakEntries('none')
    expect((await app.postJson('/register', person)).status).toBe(201)
  })

  it('a password stays what it was, and sessions go on', async () => {
    const person = await app.registered()
    const cookie = await app.cookieOf(person)
    await breakEntries('password.changed')
    const change = { current_password: person.password, new_password: another }
    await expectNothing(await post(app, '/password/change', change, cookie))
    expect(await app.meStatus({ cookie })).toBe(200)
    expect((await app.postJson('/login', { ...person, password: another })).status).toBe(401)
    expect((await app.postJson('/login', person)).status).toBe(200)
  })

  it('an app is neither added nor removed', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const { id, secret } = await enrolment(app, cookie)
    const code = codeNow(secret, app.clock.now())
    await breakEntries('totp.added')
    await expectNothing(await post(app, '/factors/totp/confirm', { id, code }, cookie))
    expect(await factorsOf(app, cookie)).toMatchObject({ mfa_enabled: false })

    await breakEntries('none')
    const ann = await guarded(app)
    await breakEntries('totp.removed')
    await expectNothing(await remove(app, ann.cookie, { code: ann.next() }))
    expect(await factorsOf(app, ann.cookie)).toMatchObject({ mfa_enabled: true })
  })

  it('whoever signs out is told that they are not, and can ask again', async () => {
    const cookie = await app.cookieOf(await app.registered())
    await breakEntries('session.ended')
    const headers = { cookie, origin: app.origin }
    await expectNothing(await app.postJson('/logout', {}, headers))
    expect(await app.meStatus({ cookie })).toBe(200)
    await breakEntries('none')
    expect((await app.postJson('/logout', {}, headers)).status).toBe(200)
    expect(await app.meStatus({ cookie })).toBe(401)
  })

  it('a stolen refresh token opens nothing, and ends its session as soon as that can be written', async () => {
    const tokens = await tokensOf(app, await app.registered())
    const successor = await refreshed(app, tokens.refresh)
    app.clock.advance(minutes(1))
    await breakEntries('token.reused')
    await expectNothing(await refresh(app, tokens.refresh))
    await breakEntries('none')
    expect((await refresh(app, tokens.refresh)).status).toBe(401)
    await expectDead(app, tokens, successor)
  })
})
