/**
 * What does a session check cost? `GET /me` with a session cookie, and with an access token (SQLite, log on),
 * against a server that knows nobody and answers the same bytes: with Hono, and with nothing but Node.
 */
import { type Answer, requestBytes } from './http.ts'
import { underLoad } from './load.ts'
import { canPin, pinMyself } from './machine.ts'
import { post, somebodyNew } from './people.ts'
import { type RunningServer, startBare, startSallyport } from './processes.ts'
import { optionsOf, report } from './report.ts'
import type { GivenAnswer } from './servers/answer.ts'

const connections = 50
const pinned = canPin()
// The servers take turns on one core, the load generator has the other.
const serverCore = pinned ? '0' : undefined
if (pinned) pinMyself(1)

await using sallyport = await startSallyport(serverCore)
const person = somebodyNew()
await post(sallyport.port, '/register', person)
const signedIn = await post(sallyport.port, '/login', person)
const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
const request = requestBytes({ path: '/me', headers: { cookie } })
const tokens = await post(sallyport.port, '/login', { ...person, transport: 'token' })
const { access_token: accessToken } = (await tokens.json()) as { access_token: string }
const requestByToken = requestBytes({
  path: '/me',
  headers: { authorization: `Bearer ${accessToken}` },
})

const answer = await answerOf(sallyport.port)
await using hono = await startBare('hono', answer, serverCore)
await using node = await startBare('node', answer, serverCore)

let headLength: number | undefined

await report(
  {
    title: `Authenticated GET /me, ${connections} connections, ${pinned ? 'server on one core, load on another' : 'nothing pinned'}`,
    variants: [
      variant('Sallyport', sallyport),
      variant('Sallyport, access token', sallyport, requestByToken),
      variant('bare Hono', hono),
      variant('bare node:http', node),
    ],
    comparisons: [
      { of: 'Sallyport', to: 'bare Hono', by: 'rate', goal: 0.75 },
      { of: 'Sallyport, access token', to: 'Sallyport', by: 'rate', goal: 0.9 },
      { of: 'Sallyport', to: 'bare node:http', by: 'rate' },
      { of: 'bare Hono', to: 'bare node:http', by: 'rate' },
    ],
  },
  optionsOf({ rounds: 9, seconds: 2 }),
)

function variant(name: string, server: RunningServer, asked = request) {
  return underLoad(name, { server, connections, restless: pinned, next: () => asked, check })
}

/** The same body, and headers of the same length: they differ in date and request id only. */
function check({ status, head, body }: Answer): string | undefined {
  if (status !== answer.status || body !== answer.body) return `unexpected answer: ${head} ${body}`
  headLength ??= head.length
  return head.length === headLength ? undefined : `unexpected headers: ${head}`
}

/** What the bare servers are to say: what Sallyport says, headers and all. */
async function answerOf(port: number): Promise<GivenAnswer> {
  const response = await fetch(`http://127.0.0.1:${port}/me`, { headers: { cookie } })
  const ofTransport = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']
  const headers = [...response.headers].filter(([name]) => !ofTransport.includes(name))
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    body: await response.text(),
  }
}
