import { describe, expect, it } from 'vitest'
import { codeNow } from '../support/authenticator.ts'
import { type Credential, me, sendJson, signIn, someoneSignedIn } from '../support/client.ts'
import { runCommand } from '../support/command.ts'
import { databases } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

/** A server, and the settings by which the command line finds what it keeps. */
async function served(
  env: Record<string, string> = {},
): Promise<{ server: ServerProcess; settings: Record<string, string> }> {
  const server = await startServer({ env })
  return { server, settings: { ...env, SALLYPORT_DATA_DIR: server.dataDir } }
}

async function setUpApp({ url }: ServerProcess, credential: Credential): Promise<void> {
  const { id, secret } = JSON.parse((await sendJson(`${url}/factors/totp`, {}, credential)).body)
  const body = { id, code: codeNow(secret, Date.now()) }
  const confirmed = await sendJson(`${url}/factors/totp/confirm`, body, credential)
  expect(confirmed.status, confirmed.body).toBe(200)
}

describe.each(databases)('sallyport users, beside a server on %s', (_, environment) => {
  it('takes away the factors of who has lost them, and ends their sessions', async () => {
    const { server, settings } = await served(await environment())
    const { person, credential } = await someoneSignedIn(server.url)
    await setUpApp(server, credential)
    expect(JSON.parse((await signIn(server.url, person)).body)['requires_mfa']).toBe(true)

    const reset = ['users', 'reset-factors', person.email]
    const { code, stdout } = await runCommand(reset, settings)
    expect([code, stdout]).toEqual([0, expect.stringContaining('no second factor any more')])
    expect(JSON.parse((await signIn(server.url, person)).body)['requires_mfa']).toBeUndefined()
    expect((await runCommand(reset, settings)).stdout).toContain('had no second factor')
  })

  it('makes an administrator, whose sessions end, and who must have a second factor where that is wanted', async () => {
    const env = { ...(await environment()), SALLYPORT_REQUIRE_MFA: 'admins' }
    const { server, settings } = await served(env)
    const { person, credential } = await someoneSignedIn(server.url)
    const role = ['users', 'role', person.email.toUpperCase(), 'admin']
    expect((await runCommand(role, settings)).code).toBe(0)
    await eventually('the end', async () => (await me(server.url, credential)).status === 401)
    const answer = JSON.parse((await signIn(server.url, person)).body)
    expect(answer).toMatchObject({ requires_mfa: true, enrolment_required: true })
    expect((await runCommand(role, settings)).stdout).toContain('already')
  })
})

describe('sallyport users role', () => {
  it('says what is wrong, and makes nothing', async () => {
    const { settings } = await served()
    const nobody = await runCommand(['users', 'role', 'nobody@mail.example', 'admin'], settings)
    expect([nobody.code, nobody.stderr]).toEqual([
      1,
      'sallyport: there is no account with this address\n',
    ])
    const king = await runCommand(['users', 'role', 'nobody@mail.example', 'king'], settings)
    expect([king.code, king.stderr]).toEqual([2, expect.stringContaining('admin or user')])
  })
})
