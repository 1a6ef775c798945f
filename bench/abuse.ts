/**
 * What do limits and the audit trail cost? Sign-ins, refused ones, and `GET /me`, with everything on and with parts of
 * it taken out; and what is in them by itself: points counted, entries written, a trail verified.
 */
import { rmSync } from 'node:fs'
import {
  attemptsAt,
  comparisonsAt,
  cookieOfSomebody,
  quickHash,
  quickSignInsAtOnce,
  refusals,
  signIns,
  signInsAtOnce,
} from './attempts.ts'
import { startPostgres, startRedis } from './backends.ts'
import { counterVariants } from './counters.ts'
import { type Guarded, type GuardedPlaces, openGuarded, withoutTally } from './guarded.ts'
import { type Comparison, SpoiltRun, type Variant } from './plan.ts'
import { freshFolder } from './processes.ts'
import { optionsOf, perCallColumns, report } from './report.ts'
import { timed } from './timed.ts'
import { trailVariants } from './trails.ts'

/** "Under 5 % of each": how much longer it may take. */
const goal = 1.05

await using stack = new AsyncDisposableStack()
const folder = freshFolder()
stack.defer(() => rmSync(folder, { recursive: true, force: true }))
const postgres = stack.use(await startPostgres())
const redis = stack.use(await startRedis())
const places: GuardedPlaces = { stack, folder, postgres, redis }

const guarded = await openGuarded(places, 'default')
const quick = await openGuarded(places, 'quick', { passwordCost: quickHash })
const [onSqlite, onPostgres] = guarded as [Guarded, Guarded]
const variants: Variant[] = []
const comparisons: Comparison[] = []

for (const place of guarded) {
  for (const attempts of [signIns, refusals]) {
    variants.push(...(await attemptsAt(place, attempts)))
    // What a refused one costs is for whoever has tried to bear.
    comparisons.push(...comparisonsAt(place, attempts, attempts === signIns ? goal : undefined))
  }
}
variants.push(...(await attemptsAt(onPostgres, signInsAtOnce)))
comparisons.push(...comparisonsAt(onPostgres, signInsAtOnce))
for (const place of quick) {
  variants.push(...(await attemptsAt(place, quickSignInsAtOnce)))
  comparisons.push(...comparisonsAt(place, quickSignInsAtOnce))
}
variants.push(...(await sessionChecks(onSqlite)))
comparisons.push({ of: 'GET /me', to: 'GET /me, not counted', by: 'p50', goal })
variants.push(...(await counterVariants(places)), ...(await trailVariants(places)))

await report(
  {
    title:
      'Sign-ins and GET /me with limits and audit trail, and without; in process, each on disk before it is answered',
    variants,
    comparisons,
    columns: perCallColumns,
  },
  optionsOf({ rounds: 20, seconds: 0.5 }),
)

/** Nobody limits a session check, and nothing is written of it; it is counted for the metrics. */
async function sessionChecks({ limited: auth }: Guarded): Promise<Variant[]> {
  const headers = { cookie: await cookieOfSomebody(auth) }
  const check = async () => {
    const response = await auth.fetch(new Request('http://127.0.0.1:8000/me', { headers }))
    if (response.status !== 200) throw new SpoiltRun(`GET /me was ${response.status}`)
  }
  const run: Variant['run'] = (milliseconds) => timed(milliseconds, 1, check)
  return [
    { name: 'GET /me', run },
    { name: 'GET /me, not counted', run: withoutTally(run) },
  ]
}
