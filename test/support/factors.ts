import { execFileSync } from 'node:child_process'
import type { Account } from '../../src/core/accounts/index.ts'
import { Factors } from '../../src/core/factors/index.ts'
import type { Drift } from '../../src/core/factors/totp.ts'
import type { Instant } from '../../src/kernel/clock.ts'
import { KeyRing } from '../../src/kernel/key-ring.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import { Sealing } from '../../src/kernel/sealing.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import type { Database } from '../../src/stores/sql/database.ts'
import { SqlFactorStore } from '../../src/stores/sql/factors.ts'
import { migrate } from '../../src/stores/sql/migrate.ts'
import { openSqlite } from '../../src/stores/sql/sqlite.ts'
import { anAccount, FakeClock } from '../../src/testing/index.ts'
import { onCleanUp, temporaryFolder } from './clean-up.ts'
import { findProgram, needed } from './programs.ts'

/** Second factors over a database of their own, at a time that stands still. */
export interface FactorsAtWork {
  readonly db: Database
  readonly clock: FakeClock
  newAccount(): Promise<Account>
  /** Over the same database, under these master keys. */
  under(masterKeys: readonly [Secret, ...Secret[]], drift?: Drift): Factors
}

export async function factorsAtWork(): Promise<FactorsAtWork> {
  const db = openSqlite(`${temporaryFolder()}/sallyport.db`)
  onCleanUp(() => db.close())
  const clock = new FakeClock()
  await migrate(db, clock.now())
  const store = new SqlFactorStore(db)
  return {
    db,
    clock,
    newAccount: async () => {
      const account = anAccount()
      await new SqlAccountStore(db).insert(account)
      return account
    },
    under: (masterKeys, drift = 1) => {
      const keys = new KeyRing(masterKeys)
      const sealing = new Sealing(keys, 'totp secret', systemRandom)
      const random = systemRandom
      return new Factors({ store, sealing, keys, clock, random, issuer: 'Acme', drift })
    },
  }
}

export function aMasterKey(): Secret {
  return new Secret(Buffer.from(systemRandom.bytes(32)).toString('base64url'))
}

/** The secret in the URI that an app is given. */
export function secretInUri(uri: Secret): string {
  return new URL(uri.expose()).searchParams.get('secret') ?? ''
}

/** What Debian's oathtool, an authenticator app for the command line, shows for this secret at that time. */
export function shownByOathtool(secret: string, now: Instant): string {
  return oathtool(['--totp', '--base32', `--now=${utc(now)}`, '-'], secret)
}

/** How far from `now`, in steps within `window`, oathtool finds the code. @throws It finds none. */
export function foundByOathtool(
  secret: string,
  code: string,
  now: Instant,
  window: number,
): number {
  const [at = ''] = oathtool(
    ['--totp', '--base32', `--now=${utc(now)}`, `--window=${window}`, '-', code],
    secret,
  ).split('\n')
  return Number(at)
}

function oathtool(args: string[], input: string): string {
  const program = needed(findProgram('oathtool'), 'oathtool')
  return execFileSync(program, args, { input, encoding: 'utf8', stdio: 'pipe' }).trim()
}

function utc(now: Instant): string {
  return `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
