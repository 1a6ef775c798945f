import { writeSync } from 'node:fs'
import type { Budget, LimitStore } from '../../src/core/limits/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import type { Digest } from '../../src/kernel/digest.ts'
import { openSqliteLimitStore } from '../../src/stores/sql/sqlite-limits.ts'
import { anInstant } from '../../src/testing/index.ts'

/** Another worker: takes so many points of a budget of five each time that it is told to, and says how many it got. */
const [path = '', key = '', times = ''] = process.argv.slice(2)
const five: Budget = { points: 5, window: minutes(15), grows: false }
const start = anInstant('2030-01-01T00:00:00Z')
say('ready')
let store: LimitStore | undefined
process.stdin.on('data', async () => {
  store ??= openSqliteLimitStore(path)
  let taken = 0
  for (let time = 0; time < Number(times); time++) {
    const { kind } = await store.take([{ key: key as Digest, budget: five }], start)
    if (kind === 'taken') taken += 1
  }
  say(`${taken}`)
})

/** At once, so that what was said before a kill was said. */
function say(text: string): void {
  writeSync(1, `${text}\n`)
}
