/**
 * Who waits while others sign in? Session checks at a modest, steady rate, alone and beside 32 sign-ins
 * that are always in flight; of Sallyport, better-auth, and Express with express-session and bcrypt.
 */
import { aloneAndBeside, comparisonsOf, people, signingIn } from './beside.ts'
import { startContenders } from './contenders.ts'
import { canPin, coresBesideMine, pinMyself } from './machine.ts'
import { latencyColumns, optionsOf, report } from './report.ts'

const pinned = canPin()
// The load generator has the last core, the servers take turns on all others.
const { mine, others } = coresBesideMine()
if (pinned) pinMyself(mine)

await using stack = new AsyncDisposableStack()
const contenders = await startContenders(stack, pinned ? others : undefined)
const [sallyport] = contenders

await report(
  {
    title: `Session checks, ${people} a second, alone and beside ${signingIn} sign-ins in flight, ${pinned ? `server on core ${others}, load on core ${mine}` : 'nothing pinned'}`,
    variants: contenders.flatMap(aloneAndBeside),
    comparisons: contenders.flatMap((contender) =>
      comparisonsOf(contender, contender === sallyport ? 1.5 : undefined),
    ),
    columns: latencyColumns('sign-ins/s'),
  },
  optionsOf({ rounds: 7, seconds: 10 }),
)
