import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { jsonOf, somebody, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import {
  enrolment,
  guarded,
  outcome,
  pendingCookieOf,
  pendingOf,
  post,
  prove,
  remove,
  signInWith,
} from '../support/second-factor.ts'
import { startServer } from '../support/server-process.ts'

/** The bytes of a secret that is typed in base32. */
function bytesOf(typed: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...typed.replaceAll(' ', '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** Every way in which somebody might have written a secret down. */
function writings(secret: string): Buffer[] {
  const bare = secret.replaceAll(/[\s-]/g, '')
  const texts = [secret, bare, bare.toUpperCase(), bare.toLowerCase(), encodeURIComponent(secret)]
  const raw = /^[A-Z2-7 ]+$/.test(secret) ? [bytesOf(secret)] : []
  const coded = [...raw, ...texts.map((text) => Buffer.from(text))].flatMap((bytes) =>
    (['hex', 'base64', 'base64url'] as const).map((encoding) =>
      bytes.toString(encoding).replace(/=+$/, '').slice(0, -1),
    ),
  )
  const wide = texts.map((text) => Buffer.from(text, 'utf16le'))
  return [...raw, ...wide, ...[...texts, ...coded].map((text) => Buffer.from(text))]
}

function filesUnder(folder: string): Buffer {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((each) => each.isFile())
  return Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))))
}

describe.each(['database', 'filesystem'] as const)(
  'a thief of the data folder, with sessions in the %s,',
  async (sessionStore) => {
    // Counted, so that what is counted can be searched too.
    const limits = ['factor=90000/1m', 'factor_account=90000/1m', 'all=off']
    const app = await startApp({ sessionStore, limits })
    const ann = await guarded(app)
    const waiting = await enrolment(app, await app.cookieOf(await app.registered()))
    const pending = await pendingOf(app, ann.person)
    const cookie = (await pendingCookieOf(app, ann.person)).split('=')[1] as string
    const made = await jsonOf(await post(app, '/factors/recovery-codes', {}, ann.cookie))

    it('reads no secret of an app, recovery code or pending login there (CWE-312)', () => {
      const bytes = filesUnder(app.dataDir)
      // The search is able to find: the address is there.
      expect(bytes.includes(ann.person.email)).toBe(true)
      const secrets = [
        ann.secret,
        waiting.secret,
        pending,
        pending.slice(4, 40),
        cookie,
        ...ann.recoveryCodes,
        ...made['recovery_codes'],
      ]
      expect(secrets).toHaveLength(25)
      expect(bytesOf(ann.secret)).toHaveLength(20)
      for (const secret of secrets) {
        for (const form of writings(secret)) expect(bytes.includes(form), secret).toBe(false)
      }
    })

    it('finds nothing there that is a pending login, or a recovery code', async () => {
      const database = new DatabaseSync(join(app.dataDir, 'sallyport.db'), { readOnly: true })
      const tables = database.prepare("select name from sqlite_master where type = 'table'").all()
      const values = tables.flatMap(({ name }) =>
        database
          .prepare(`select * from "${name}"`)
          .all()
          .flatMap((row) => Object.values(row)),
      )
      database.close()
      const texts = values.flatMap((value) => {
        if (typeof value === 'string') return [value]
        if (!(value instanceof Uint8Array)) return []
        return (['hex', 'base64url'] as const).map((form) => Buffer.from(value).toString(form))
      })
      const unique = [...new Set(texts)].filter((text) => text !== '' && text.length < 200)
      expect(unique.length).toBeGreaterThan(20)
      const code = ann.next()
      for (const text of unique) {
        for (const token of [text, `pnd_${text}`]) {
          expect((await prove(app, token, { code })).status).not.toBe(200)
        }
        const { email, password } = ann.person
        const guess = { email, password: text, totp_token: code }
        expect(text === password || (await app.postJson('/login', guess)).status).not.toBe(200)
      }
      const hashes = unique.filter((text) => text.length >= 16 && text.length < 100).slice(0, 60)
      for (let at = 0; at < hashes.length; at += 5) {
        const token = await pendingOf(app, ann.person)
        for (const recovery_code of hashes.slice(at, at + 5)) {
          expect((await prove(app, token, { recovery_code })).status).not.toBe(200)
        }
      }
      expect(await signInWith(app, ann.person, { code })).toBe(200)
    })
  },
)

type Ask = (path: string, body: unknown, headers: Record<string, string>) => Promise<Response>

/** A whole life with a second factor, and all secrets that went over the wire meanwhile. */
async function wholeLife(ask: Ask, origin: string, now: () => number): Promise<string[]> {
  const ann = somebody()
  const { email, password } = ann
  await ask('/register', ann, {})
  const login = await ask('/login', { email, password }, {})
  const headers = { cookie: login.headers.getSetCookie()[0]?.split(';')[0] as string, origin }
  const { id, secret, uri } = await jsonOf(await ask('/factors/totp', {}, headers))
  const code = codeNow(secret, now())
  await ask('/factors/totp/confirm', { id, code: '314159' }, headers)
  await ask('/factors/totp/confirm', `{"id":"${id}","code":"${code}",`, headers)
  await ask(`/factors/totp/confirm?code=${code}&secret=${encodeURIComponent(secret)}`, {}, headers)
  const confirmed = await ask('/factors/totp/confirm', { id, code }, headers)
  const { recovery_codes } = await jsonOf(confirmed)
  const [first = '', second = ''] = recovery_codes as string[]
  const tokens: string[] = []
  const begin = async () => {
    const body = await jsonOf(await ask('/login', { email, password, transport: 'bearer' }, {}))
    tokens.push(body['pending_token'])
    return body['pending_token'] as string
  }
  const pending_token = await begin()
  await ask('/login/factor', { pending_token, code }, {})
  await ask('/login/factor', `{"pending_token":"${pending_token}","code":"${code}"`, {})
  await ask('/login/factor', { pending_token, code: [code], recovery_code: [first] }, {})
  await ask(
    `/login/factor?pending_token=${pending_token}&code=${code}&recovery_code=${first}`,
    {},
    {},
  )
  await ask(`/login/${pending_token}/${first}`, {}, { 'user-agent': first, referer: `/${code}` })
  await ask('/login/factor', { pending_token, recovery_code: first }, {})
  await ask('/login/factor', { pending_token, recovery_code: first }, {})
  await ask('/login', { email, password, totp_token: code }, {})
  const again = await ask(
    '/login/factor',
    { pending_token: await begin(), recovery_code: second },
    {},
  )
  const { session_id } = await jsonOf(again)
  const bearer = { authorization: `Bearer ${session_id}` }
  const made = await jsonOf(await ask('/factors/recovery-codes', {}, bearer))
  const secrets = [...tokens, secret, uri, code, ...recovery_codes, ...made['recovery_codes']]
  expect(secrets.map((each) => typeof each === 'string' && each.length > 5)).not.toContain(false)
  expect(secrets).toHaveLength(25)
  return secrets
}

function expectNoSecret(log: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    if (/^\d{6}$/.test(secret)) {
      expect(log).not.toMatch(new RegExp(`\\b${secret}\\b`))
      continue
    }
    for (const form of [secret, secret.replaceAll(/[ -]/g, ''), encodeURIComponent(secret)]) {
      expect(log.includes(form), form).toBe(false)
    }
  }
}

describe('no code, recovery code, pending token or secret of an app is logged (CWE-532)', () => {
  it('by an application', async () => {
    const app = await startApp()
    const ask: Ask = (path, body, headers) => app.postJson(path, body, headers)
    const secrets = await wholeLife(ask, app.origin, () => app.clock.now())
    expect(app.lines.length).toBeGreaterThan(15)
    expectNoSecret(app.lines.join('\n'), secrets)
  })

  it('by a server that logs everything it can', async () => {
    const server = await startServer({ env: { SALLYPORT_LOG_LEVEL: 'debug' } })
    const ask: Ask = (path, body, headers) =>
      fetch(server.url + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    const secrets = await wholeLife(ask, new URL(server.url).origin, Date.now)
    expect(await server.stop()).toBe(0)
    expect(server.stderr.split('\n').length).toBeGreaterThan(15)
    expectNoSecret(server.stdout + server.stderr, secrets)
  })

  it('when everything fails, with errors and their causes in the log', async () => {
    const app = await startApp()
    const ann = await guarded(app)
    const pending = await pendingOf(app, ann.person)
    await app.close()
    const code = ann.next()
    const [recovery_code = ''] = ann.recoveryCodes
    expect((await prove(app, pending, { code })).status).toBeGreaterThanOrEqual(500)
    await prove(app, pending, { recovery_code })
    await remove(app, ann.cookie, { code })
    const log = app.lines.join('\n')
    expect(log).toContain('request failed')
    expectNoSecret(log, [pending, code, recovery_code, ann.secret])
  })
})

describe('an answer', () => {
  it('shows the secret of an app and recovery codes once, and says nothing of them later', async () => {
    const app = await startApp()
    const ann = await guarded(app)
    const said: string[] = []
    for (const path of ['/factors', '/me', '/users/me', '/sessions']) {
      said.push(await (await app.get(path, { cookie: ann.cookie })).text())
    }
    for (const path of ['/account/security', '/account/security/app', '/dashboard']) {
      const page = await app.get(path, { cookie: ann.cookie, accept: 'text/html' })
      expect(page.headers.get('cache-control')).toBe('no-store')
      said.push(await page.text())
    }
    const pending = await prove(app, await pendingOf(app, ann.person), { code: ann.wrong() })
    expect(await outcome(pending.clone())).toBe('wrong_code')
    said.push(await pending.text())
    expectNoSecret(said.join('\n'), [ann.secret, ...ann.recoveryCodes])
  })
})
