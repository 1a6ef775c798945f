/**
 * Who waits while others sign in, of those who carry an access token? As `isolation`, of Sallyport alone: by cookie
 * and by access token.
 */
import { aloneAndBeside, comparisonsOf, people, signingIn } from './beside.ts'
import { startSallyportAlone } from './contenders.ts'
import { requestBytes } from './http.ts'
import { canPin, coresBesideMine, pinMyself } from './machine.ts'
import { password, post, somebodyNew } from './people.ts'
import { latencyColumns, optionsOf, report } from './report.ts'

const pinned = canPin()
const { mine, others } = coresBesideMine()
if (pinned) pinMyself(mine)

await using stack = new AsyncDisposableStack()
// No token expires during a run.
const env = { SALLYPORT_ACCESS_TOKEN_LIFETIME: '24h' }
const byCookie = await startSallyportAlone(stack, pinned ? others : undefined, env)
const somebody = somebodyNew()
await post(byCookie.server.port, '/register', somebody)
const { email } = somebody
const signedIn = await post(byCookie.server.port, '/login', { email, password, transport: 'token' })
const { access_token: token } = (await signedIn.json()) as { access_token: string }
const ask = requestBytes({ path: '/me', headers: { authorization: `Bearer ${token}` } })
const byToken = {
  ...byCookie,
  name: 'access token',
  sessionCheck: {
    next: () => ask,
    check: ({ status, head, body }: { status: number; head: string; body: string }) =>
      status === 200 && body.includes(email) ? undefined : `not valid: ${head} ${body}`,
  },
}
const contenders = [{ ...byCookie, name: 'cookie' }, byToken]

await report(
  {
    title: `Session checks, ${people} a second, alone and beside ${signingIn} sign-ins in flight, ${pinned ? `server on core ${others}, load on core ${mine}` : 'nothing pinned'}`,
    variants: contenders.flatMap(aloneAndBeside),
    comparisons: contenders.flatMap((contender) => comparisonsOf(contender, 1.5)),
    columns: latencyColumns('sign-ins/s'),
  },
  optionsOf({ rounds: 7, seconds: 10 }),
)
