import { beforeAll, describe, expect, it } from 'vitest'
import { aPerson, me, type Person, register, send } from '../support/client.ts'
import { runCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { byAccessToken, keySetOf, refresh, tokensOf } from '../support/token-client.ts'

let server: ServerProcess
let person: Person

beforeAll(async () => {
  server = await startServer()
  person = aPerson()
  await register(server.url, person)
})

/** Keys are read every five seconds; a busy machine may be late. */
const enough = 30_000

function keys(...args: string[]) {
  return runCommand(['keys', ...args], { SALLYPORT_DATA_DIR: server.dataDir })
}

async function published(): Promise<string[]> {
  return keySetOf(await send(`${server.url}/.well-known/jwks.json`))
}

/** The id of the key that has signed this. */
function signerOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
}

describe('sallyport keys', () => {
  it('says that there are none where no server has started', async () => {
    const listed = await runCommand(['keys', 'list'])
    expect(listed).toMatchObject({
      code: 0,
      stdout: 'No keys yet: the server makes the first one when it starts.\n',
      stderr: '',
    })
    const rotated = await runCommand(['keys', 'rotate'])
    expect(rotated).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'sallyport: there are no keys yet: the server makes the first one when it starts\n',
    })
  })

  it('lists each key with what it is good for', async () => {
    const [first = ''] = await published()
    const { code, stdout } = await keys('list')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^key +algorithm +made +state\n/)
    expect(stdout).toMatch(
      new RegExp(`^${first} +EdDSA +\\S+ \\S+ UTC +signs since \\S+ \\S+ UTC$`, 'm'),
    )
  })

  it('publishes the next key at a server that runs, which signs with the last one until tomorrow', async () => {
    const [first = ''] = await published()
    const { code, stdout } = await keys('rotate')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\S{43} signs from \S+ \S+ UTC\.\n$/)
    const next = stdout.slice(0, 43)
    await eventually(
      'the next key is published',
      async () => (await published()).includes(next),
      enough,
    )
    expect(await published()).toEqual([first, next])
    expect(signerOf((await tokensOf(server.url, person)).access_token)).toBe(first)
    expect((await keys('list')).stdout).toMatch(
      new RegExp(`^${next} .* published, signs from `, 'm'),
    )
  })

  it('lets a new key sign at once, with the last one still good', async () => {
    const before = await tokensOf(server.url, person)
    const { stdout } = await keys('rotate', '--now')
    const next = stdout.slice(0, 43)
    expect(stdout).toBe(`${next} signs from now on.\n`)
    await eventually('the new key', async () => (await published()).includes(next), enough)
    expect(signerOf((await tokensOf(server.url, person)).access_token)).toBe(next)
    expect((await me(server.url, byAccessToken(before))).status).toBe(200)
  })

  it('refuses within seconds what a retired key has signed, and signs nobody out', async () => {
    const before = await tokensOf(server.url, person)
    expect((await me(server.url, byAccessToken(before))).status).toBe(200)
    const retired = signerOf(before.access_token)
    const { code, stdout } = await keys('retire', retired)
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^${retired} is retired\\. \\S{43} signs\\.\n$`))
    await eventually(
      'its tokens are refused',
      async () => {
        return (await me(server.url, byAccessToken(before))).status === 401
      },
      enough,
    )
    expect(await published()).not.toContain(retired)
    const refreshed = await refresh(server.url, before)
    expect(refreshed.status).toBe(200)
    expect((await me(server.url, byAccessToken(JSON.parse(refreshed.body)))).status).toBe(200)
    expect((await keys('list')).stdout).toMatch(new RegExp(`^${retired} .* retired on `, 'm'))
  })

  it.each([['nobody'], ['']])('tells that there is no key %j to retire', async (id) => {
    const { code, stdout, stderr } = await keys('retire', id)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('there is no such key, or it is retired already')
  })

  it('needs the master key, and does not make another one', async () => {
    const env = { SALLYPORT_DATA_DIR: server.dataDir, SALLYPORT_SECRET: 'x'.repeat(10) + secret }
    const rotated = await runCommand(['keys', 'rotate'], env)
    expect(rotated.code).toBe(1)
    expect(rotated.stderr).toContain('sealed under another master key')
    expect((await keys('list')).stdout.trimEnd().split('\n')).toHaveLength(1 + 4)
  })
})

const secret = 'Xq3vN1xW5rT7yB9mC2dF4gH6jL0pSaZk'
