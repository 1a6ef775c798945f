import { createHash, createHmac } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { sameOrigin, startApp } from '../support/app.ts'
import { type Row, rowsOf as rowsIn } from '../support/rows.ts'
import { bearing, partOf, postFields, refresh, refreshed, tokensOf } from '../support/tokens.ts'

const server = 'files:q7Zk3Vw9Xc2Rt5Yb8Nm1Lp4Js6Hd0Gf3a'
const app = await startApp({ resourceServers: [server] })
const ann = await app.registered()
const first = await tokensOf(app, ann)
const live = await refreshed(app, first.refresh)

const rowsOf = (table: string): Row[] => rowsIn(app.dataDir, table)

function bytesOf(folder: string, except: string[] = []): Buffer {
  const names = readdirSync(folder).filter((name) => !except.includes(name))
  const files = names.map((name) => join(folder, name)).filter((file) => statSync(file).isFile())
  return Buffer.concat(files.map((file) => readFileSync(file)))
}

/** The parts of a token that nobody but its owner may know, in the spellings a file could have. */
function spellings(secret: string): (string | Buffer)[] {
  const raw = Buffer.from(secret, 'base64url')
  return [secret, raw, raw.toString('hex'), raw.toString('base64'), encodeURIComponent(secret)]
}

describe('a thief of the database (CWE-312)', () => {
  it('finds no token in it, nor the signature of one', () => {
    const stolen = bytesOf(app.dataDir)
    expect(stolen.includes(ann.email)).toBe(true)
    for (const { access, refresh: token } of [first, live]) {
      const secrets = [access, access.split('.')[2] ?? '', token, token.slice(-43), token.slice(4)]
      for (const form of secrets.flatMap(spellings)) expect(stolen.includes(form)).toBe(false)
    }
    expect(stolen.toString('latin1')).not.toMatch(/rft_[\w-]{40}|eyJ[\w-]+\.eyJ/)
  })

  it('finds no private key in the clear, and no name of a part of one', () => {
    const keys = rowsOf('signing_keys')
    expect(keys.length).toBeGreaterThan(0)
    const text = JSON.stringify(keys)
    expect(text).not.toMatch(/PRIVATE|BEGIN|"d"|\\"d\\"|"k"/)
    // A PKCS #8 key in Ed25519 begins so, whatever is behind.
    const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
    for (const value of keys.flatMap((row) => Object.values(row))) {
      const decoded = Buffer.from(`${value}`.split(/[.:$_]/).at(-1) ?? '', 'base64url')
      expect(decoded.includes(prefix)).toBe(false)
      expect(decoded.toString('latin1')).not.toMatch(/"(d|k|p|q)":"/)
    }
    const stolen = bytesOf(app.dataDir)
    expect(stolen.includes(prefix)).toBe(false)
    expect(stolen.includes('PRIVATE KEY')).toBe(false)
  })

  it('cannot make a refresh token of what stands there', async () => {
    const [family] = rowsOf('refresh_families')
    const id = `${family?.['id']}`
    // The name of the family is in the token, or there would be nothing to forge.
    expect(live.refresh).toContain(id.replace(/^[a-z]+_/, ''))
    const proof = live.refresh.slice(-49)
    const known = live.refresh.slice(0, -49)
    const texts = rowsOf('refresh_families').flatMap((row) => Object.values(row).map(String))
    const guesses = texts.flatMap((text) => [
      createHash('sha256').update(text).digest('base64url'),
      createHash('sha256').update(known).digest('base64url'),
      createHmac('sha256', text).update(known).digest('base64url'),
      createHmac('sha256', text).update(id).digest('base64url'),
      createHmac('sha256', '').update(known).digest('base64url'),
    ])
    for (const guess of guesses) {
      expect(proof).not.toContain(guess.slice(0, 20))
      expect((await refresh(app, known + guess + proof.slice(43))).status).toBe(401)
    }
    expect((await refresh(app, live.refresh)).status).toBe(200)
  })

  it('with a server of its own, and the whole database but not the master key, gets nothing', async () => {
    const thief = await startApp({ hashThreads: 1 })
    const mine = thief.dataDir
    await thief.close()
    const names = readdirSync(app.dataDir).filter((name) => name.startsWith('sallyport.db'))
    for (const name of names) copyFileSync(join(app.dataDir, name), join(mine, name))
    await expect(startApp({ dataDir: mine })).rejects.toThrow(/master key|secret/i)
  })
})

describe('a reader of the log, or of the audit trail (CWE-532)', () => {
  it('finds no token there, whatever was done with it', async () => {
    const [one, two] = [await tokensOf(app, ann), await tokensOf(app, ann)]
    const basic = { authorization: `Basic ${btoa(server)}` }
    const login = { email: ann.email, password: ann.password, transport: 'token-cookie' }
    const cookies = await app.postJson('/login', login)
    const cookie = cookies.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    await app.postJson('/refresh', {}, { ...sameOrigin(app), cookie })
    await app.get('/me', { cookie })
    const next = await refreshed(app, one.refresh)
    await postFields(app, '/introspect', { token: one.access }, basic)
    await postFields(app, '/introspect', { token: one.refresh }, basic)
    await app.get(`/me?access_token=${one.access}`)
    await app.get(`/${one.access}`, { referer: `${app.origin}/?t=${one.refresh}` })
    await app.postJson(`/refresh?refresh_token=${one.refresh}`, {})
    await postFields(app, `/token?refresh_token=${one.refresh}`, {})
    await app.get('/me', bearing(`${one.access}x`))
    await refresh(app, `${one.refresh}x`)
    await app.postJson('/refresh', `{"refresh_token":"${one.refresh}"`)
    app.clock.advance(seconds(11))
    await refresh(app, one.refresh)
    await postFields(app, '/revoke', { token: two.refresh })
    app.clock.advance(minutes(16))
    await app.get('/me', bearing(two.access))
    await app.request('POST', '/logout', bearing(two.access))

    const log = [...app.lines, JSON.stringify(rowsOf('audit_entries'))].join('\n')
    expect(app.lines.length).toBeGreaterThan(20)
    expect(log).toContain('token.reused')
    const all = [one, two, next].flatMap(({ access, refresh: token }) => [
      access,
      access.split('.')[1] ?? '',
      access.split('.')[2] ?? '',
      `${partOf(access, 1)['jti']}`,
      token,
      token.slice(-43),
    ])
    const inCookies = cookie.split(/; |=/).filter((text) => text.length > 40)
    // The third is the one by which the browser is known.
    expect(inCookies).toHaveLength(3)
    for (const secret of [...all, ...inCookies, server.split(':')[1] as string]) {
      expect(secret.length).toBeGreaterThan(20)
      expect(log.includes(secret.slice(0, 60)), secret).toBe(false)
      expect(log.includes(btoa(secret)), secret).toBe(false)
    }
  })
})

describe('a token', () => {
  it('tells nothing of the person it speaks for', () => {
    const text = JSON.stringify([partOf(live.access, 0), partOf(live.access, 1)])
    for (const fact of [ann.email, ann.email.split('@')[0] ?? '', ann.full_name]) {
      expect(text).not.toContain(fact)
      expect(live.refresh).not.toContain(Buffer.from(fact).toString('base64url').slice(0, 10))
    }
    expect(text).not.toMatch(/@|"[^"]*(name|mail|phone|disabled)[^"]*":/i)
  })
})
