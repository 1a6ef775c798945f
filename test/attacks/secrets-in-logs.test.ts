import { expect, it } from 'vitest'
import { type App, asForm, cookieIn, jsonOf, somebody, startApp } from '../support/app.ts'
import { cookieNamed } from '../support/passkeys.ts'
import { rowsOf } from '../support/rows.ts'
import { startServer } from '../support/server-process.ts'

type Ask = (
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
) => Promise<Response>

/** Every kind of request there is, and every secret and every name that went over the wire meanwhile. */
async function wholeRun(ask: Ask): Promise<string[]> {
  const ann = somebody({ password: 'zebra quartz monolith 77' })
  const wrong = 'zebra quartz mistyped 78'
  // People type their password where a name is asked for.
  const nobody = 'zebra.quartz.misplaced@mail.test.example'
  const json = { 'content-type': 'application/json' }
  const post = (path: string, body: unknown, headers = {}) =>
    ask(
      'POST',
      path,
      { ...json, ...headers },
      typeof body === 'string' ? body : JSON.stringify(body),
    )

  await post('/register', ann)
  await post('/register', { ...ann, password: wrong })
  await post('/register', { ...ann, password: 'zebra short' })
  await post('/password/check', { ...ann, password: wrong })
  await post('/password/check', { ...ann, password: 'zebra short' })
  await post('/password/check', `{"password":"${wrong}",`)
  await post('/login', { ...ann, password: wrong })
  await post('/login', { email: nobody, password: wrong })
  await post('/login', `{"password":"${wrong}",`)
  await post('/login', { email: wrong, password: [wrong] })
  const login = await post('/login', ann)
  const cookie = cookieIn(login)
  const known = cookieNamed(login, 'sallyport_known')?.split('=')[1]
  const bearer = (await jsonOf(await post('/login', { ...ann, transport: 'bearer' })))['session_id']
  const page = await (await ask('GET', '/dashboard', { cookie })).text()
  const csrf = /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const token = cookie.split('=')[1] as string

  await ask('GET', '/me', { cookie })
  await ask('GET', '/me', { authorization: `Bearer ${bearer}` })
  await ask('GET', `/me?access_token=${bearer}`, {})
  await ask('GET', `/login?next=/me&password=${encodeURIComponent(wrong)}`, {})
  await ask('GET', `/${token}/${csrf}`, {
    referer: `http://127.0.0.1/${token}`,
    'user-agent': token,
  })
  await ask('DELETE', `/login?${bearer}`, { cookie })
  await ask('POST', '/logout', { ...asForm, cookie }, `csrf_token=${csrf}x`)
  await ask('POST', '/logout', { ...asForm, cookie }, `csrf_token=${csrf}`)
  await ask('POST', '/logout', { authorization: `Bearer ${bearer}` })
  const names = [ann.email, ann.full_name, nobody]
  const secrets = [ann.password, 'zebra short', wrong, token, bearer, csrf, known, ...names]
  expect(secrets.map((secret) => typeof secret === 'string' && secret.length > 8)).not.toContain(
    false,
  )
  return secrets as string[]
}

function expectNoSecret(log: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), secret.slice(4, 24), btoa(secret)]) {
      expect(log.includes(form), form).toBe(false)
    }
  }
}

/** The audit trail as it stands in the database. */
function trailIn(dataDir: string): string {
  const text = JSON.stringify(rowsOf(dataDir, 'audit_entries'))
  // The search is able to find: it was written down what has happened.
  for (const type of ['account.registered', 'login.succeeded', 'login.refused', 'session.ended']) {
    expect(text).toContain(`"${type}"`)
  }
  return text
}

const asking =
  (app: App): Ask =>
  (method, path, headers, body) =>
    app.request(method, path, headers, body)

it('no password, token, cookie, form token or name gets into the log of an application, or its audit trail (CWE-532)', async () => {
  const app = await startApp()
  const secrets = await wholeRun(asking(app))
  expect(app.lines.length).toBeGreaterThan(15)
  expectNoSecret(app.lines.join('\n'), secrets)
  expectNoSecret(trailIn(app.dataDir), secrets)
})

it('nor when everything fails, with the errors and their causes in the log', async () => {
  const app = await startApp({ hashThreads: 1, hashQueue: 1 })
  const ann = await app.registered({ password: 'zebra quartz monolith 77' })
  const cookie = await app.cookieOf(ann)
  await Promise.all(Array.from({ length: 10 }, () => app.postJson('/login', ann)))
  await app.close()
  await app.get('/me', { cookie })
  await app.postJson('/login', ann)
  await app.postJson('/register', somebody({ password: ann.password }))
  const log = app.lines.join('\n')
  expect(log).toContain('request failed')
  expectNoSecret(log, [ann.password, cookie.split('=')[1] as string])
})

it('nor into anything that the server process writes', async () => {
  const server = await startServer({ env: { SALLYPORT_LOG_LEVEL: 'debug' } })
  const secrets = await wholeRun((method, path, headers, body) =>
    fetch(server.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    }),
  )
  expect(await server.stop()).toBe(0)
  expect(server.stderr.split('\n').length).toBeGreaterThan(15)
  expect(server.stderr).toContain('"login.refused"')
  expectNoSecret(server.stdout + server.stderr, secrets)
  expectNoSecret(trailIn(server.dataDir), secrets)
  for (const line of server.stderr.trim().split('\n')) expect(JSON.parse(line)).toBeTypeOf('object')
})
