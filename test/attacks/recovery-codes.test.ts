import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { asJson, jsonOf, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import {
  factorsOf,
  guarded,
  outcome,
  pendingOf,
  post,
  prove,
  signInWith,
} from '../support/second-factor.ts'

const app = await startApp()

describe('a recovery code', () => {
  it('is one of ten that differ, and each signs in once', async () => {
    const ann = await guarded(app)
    expect(new Set(ann.recoveryCodes).size).toBe(10)
    for (const recovery_code of ann.recoveryCodes) {
      expect(await signInWith(app, ann.person, { recovery_code })).toBe(200)
      expect(await signInWith(app, ann.person, { recovery_code })).toBe('wrong_code')
    }
    expect(await factorsOf(app, ann.cookie)).toMatchObject({ recovery_codes: { left: 0 } })
    expect(await signInWith(app, ann.person, { code: ann.next() })).toBe(200)
  })

  it.each<[string, (code: string) => string]>([
    ['in upper case', (code) => code.toUpperCase()],
    ['without hyphens', (code) => code.replaceAll('-', '')],
    ['with blanks for hyphens', (code) => code.replaceAll('-', ' ')],
    ['in pairs', (code) => code.replaceAll('-', '').replace(/..(?=.)/g, '$&-')],
    ['with blanks around it', (code) => `  ${code} `],
    [
      'in upper case and odd groups',
      (code) => code.replaceAll('-', '').toUpperCase().replace(/.{5}/g, '$& '),
    ],
  ])('works once when it is typed %s', async (_how, write) => {
    const ann = await guarded(app)
    const [code = ''] = ann.recoveryCodes
    expect(await signInWith(app, ann.person, { recovery_code: write(code) })).toBe(200)
    expect(await signInWith(app, ann.person, { recovery_code: code })).toBe('wrong_code')
  })

  it.each<[string, (code: string) => unknown]>([
    ['with its last character missing', (code) => code.slice(0, -1)],
    ['with another one behind', (code) => `${code}0`],
    [
      'with its last character changed',
      (code) => code.slice(0, -1) + (code.endsWith('7') ? '8' : '7'),
    ],
    ['as a pattern', (code) => `${code.slice(0, -1)}%`],
    ['in full-width letters', (code) => code.replace(/[0-9a-z]/g, wide)],
    ['as a list', (code) => [code]],
    ['as an object', (code) => ({ code })],
    ['as true', () => true],
    ['as nothing', () => ''],
    ['as a number', () => 1234567890123456],
    ['with a NUL', (code) => `${code}\0`],
    ['a thousand times', (code) => code.repeat(1000)],
  ])('does not work %s, and is not used up', async (_how, write) => {
    const ann = await guarded(app)
    const [code = ''] = ann.recoveryCodes
    const answer = await prove(app, await pendingOf(app, ann.person), {
      recovery_code: write(code),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await signInWith(app, ann.person, { recovery_code: code })).toBe(200)
  })

  it('is no code of the app, nor the other way round', async () => {
    const ann = await guarded(app)
    const [code] = ann.recoveryCodes
    const shown = ann.next()
    for (const proof of [{ code }, { recovery_code: shown }]) {
      expect((await prove(app, await pendingOf(app, ann.person), proof)).status).not.toBe(200)
    }
    const { email, password } = ann.person
    const direct = await app.postJson('/login', { email, password, totp_token: code })
    expect([direct.status === 200, direct.headers.getSetCookie()]).toEqual([false, []])
    expect(await signInWith(app, ann.person, { code: shown })).toBe(200)
  })

  it('of somebody else is wrong, and stays theirs', async () => {
    const [ann, eve] = [await guarded(app), await guarded(app)]
    const [recovery_code] = ann.recoveryCodes
    expect(await signInWith(app, eve.person, { recovery_code })).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { recovery_code })).toBe(200)
  })

  it('sent together with a code of the app does not count as two answers', async () => {
    const ann = await guarded(app)
    const [recovery_code] = ann.recoveryCodes
    const both = { code: ann.wrong(), recovery_code: 'aaaa-bbbb-cccc-dddd' }
    const answer = await prove(app, await pendingOf(app, ann.person), both)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await signInWith(app, ann.person, { recovery_code })).toBe(200)
  })
})

describe('new recovery codes', () => {
  it('end the old ones, used or not', async () => {
    const ann = await guarded(app)
    const made = await post(app, '/factors/recovery-codes', {}, ann.cookie)
    expect(made.status).toBe(200)
    const fresh: string[] = (await jsonOf(made))['recovery_codes']
    expect(new Set([...fresh, ...ann.recoveryCodes]).size).toBe(20)
    for (const recovery_code of ann.recoveryCodes) {
      expect(await signInWith(app, ann.person, { recovery_code })).toBe('wrong_code')
    }
    for (const recovery_code of fresh) {
      expect(await signInWith(app, ann.person, { recovery_code })).toBe(200)
    }
  })

  it('are made in a fresh session only, with an app, and for nobody from another site', async () => {
    const ann = await guarded(app)
    const crossSite = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const forged = await app.request(
      'POST',
      '/factors/recovery-codes',
      { ...asJson, ...crossSite, cookie: ann.cookie },
      '{}',
    )
    expect(forged.status).toBe(403)
    app.clock.advance(minutes(15) + 1)
    const late = await post(app, '/factors/recovery-codes', {}, ann.cookie)
    expect([late.status, await outcome(late)]).toEqual([403, 'reauthentication_required'])
    expect((await app.postJson('/factors/recovery-codes', {})).status).toBe(401)
    const plain = await app.cookieOf(await app.registered())
    expect((await post(app, '/factors/recovery-codes', {}, plain)).status).toBe(409)
    expect(await signInWith(app, ann.person, { recovery_code: ann.recoveryCodes[9] })).toBe(200)
  })

  it('made for a session do not live on when the app is removed and set up again', async () => {
    const ann = await guarded(app)
    const headers = { cookie: ann.cookie, origin: app.origin, ...asJson }
    const body = JSON.stringify({ recovery_code: ann.recoveryCodes[0] })
    expect((await app.request('DELETE', '/factors/totp', headers, body)).status).toBe(200)
    await guarded(app, ann.person)
    expect(await signInWith(app, ann.person, { recovery_code: ann.recoveryCodes[1] })).toBe(
      'wrong_code',
    )
  })
})

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('one recovery code used by sixteen callers at once, on %s', async (_engine, database) => {
  const place = await database()
  const one = await startApp(place)
  const other = await startApp({ ...place, dataDir: one.dataDir })
  const callers = Array.from({ length: 16 }, (_, at) => (at % 2 ? other : one))

  it('gives one session', async () => {
    const ann = await guarded(one)
    const pending = await Promise.all(callers.map((node) => pendingOf(node, ann.person)))
    const [recovery_code] = ann.recoveryCodes
    const answers = await Promise.all(
      callers.map((node, at) => prove(node, pending[at] as string, { recovery_code })),
    )
    const outcomes = await Promise.all(answers.map(outcome))
    expect(outcomes.filter((found) => found === 200)).toHaveLength(1)
    expect(outcomes.filter((found) => found === 'wrong_code')).toHaveLength(15)
    expect(await factorsOf(one, ann.cookie)).toMatchObject({ recovery_codes: { left: 9 } })
  })

  it('of new sets made at once, one set works, whole', async () => {
    const ann = await guarded(one)
    const made = await Promise.all(
      callers.slice(0, 6).map((node) => post(node, '/factors/recovery-codes', {}, ann.cookie)),
    )
    const sets = await Promise.all(
      made
        .filter(({ status }) => status === 200)
        .map(async (answer) => (await jsonOf(answer))['recovery_codes'] as string[]),
    )
    expect(made.filter(({ status }) => status >= 500)).toEqual([])
    const working: number[] = []
    for (const set of sets) {
      const found = await Promise.all(
        set.map((recovery_code) => signInWith(one, ann.person, { recovery_code })),
      )
      working.push(found.filter((each) => each === 200).length)
    }
    expect(working.toSorted().reverse()).toEqual([10, ...working.slice(1).map(() => 0)])
  })
})

function wide(letter: string): string {
  return String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)
}
