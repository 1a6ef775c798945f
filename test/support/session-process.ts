import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { AccountId } from '../../src/core/accounts/index.ts'
import type { Instant } from '../../src/kernel/clock.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import type { TokenHash } from '../../src/kernel/token.ts'
import { FileSessionStore } from '../../src/stores/filesystem/sessions.ts'
import { anAccount, anInstant, aSession } from '../../src/testing/index.ts'

/** What another process does to a folder of sessions, told by its arguments; says on stdout what it was told. */
const [folder = '', task = '', ...given] = process.argv.slice(2)
const start = anInstant('2030-01-01T00:00:00Z')
const store = await FileSessionStore.open(folder, systemRandom)
say('ready')
process.stdin.once('data', () => void tasks[task]?.())

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  /** Adds sessions for an account until it is killed. */
  async insert() {
    const account = anAccount({ id: given[0] as AccountId })
    for (let replaced: TokenHash | undefined; ; ) {
      const session = aSession(account)
      await store.insert(session, { replaced })
      say(`${session.tokenHash} ${replaced ?? ''}`)
      replaced = replaced ? undefined : session.tokenHash
    }
  },

  /** Moves the ends of a session later, and then tries to move them back. */
  async extend() {
    const [hash, from, step] = [given[0] as TokenHash, Number(given[1]), Number(given[2])]
    for (let round = 0; round < 500; round++) {
      const back = Math.max(0, round - 3)
      await store.extend([
        { hash: hash, expiresAt: (start + from + round * step) as Instant, at: start },
      ])
      await store.extend([
        { hash: hash, expiresAt: (start + from + back * step) as Instant, at: start },
      ])
      if (round % 10 === 0) await setImmediate()
    }
    say('done')
    process.exit()
  },

  /** Ends sessions; says which ones this process has ended. */
  async end() {
    for (const hash of given as TokenHash[]) {
      if (await store.end(hash)) say(hash)
    }
    say('done')
    process.exit()
  },
}

/** At once, so that what was said before a kill was said. */
function say(text: string): void {
  writeSync(1, `${text}\n`)
}
