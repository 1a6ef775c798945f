import { describe, expect, it } from 'vitest'
import { Refusing } from '../../src/core/flows/login/index.ts'
import {
  type PasswordHash,
  type PasswordHasher,
  type PasswordJudge,
  Passwords,
  type Plaintext,
} from '../../src/core/passwords/index.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { noFailures, noLimits, nowhere, plainUnit } from '../../src/testing/doubles/ports.ts'
import { anAccount } from '../../src/testing/index.ts'
import { type App, jsonOf, startApp } from '../support/app.ts'
import { trailOf } from '../support/places.ts'

const rounds = 200

/** How often the test may fail although there is nothing to find. */
const alpha = 1e-6

/** The normal quantile for `alpha`, two-sided. */
const limit = 4.89

/**
 * Mann-Whitney: how far the ranks of two samples are from those of one and the same distribution, in
 * standard deviations. Looks at ranks only, so pauses of a busy machine do not weigh more than once.
 */
function rankDistance(a: readonly number[], b: readonly number[]): number {
  let wins = 0
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0
  const expected = (a.length * b.length) / 2
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12)
  return (wins - expected) / deviation
}

/** The order of each round is drawn anew: no case is always the one that comes after another. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
}

/** Django's, with so few rounds that it takes no time by itself. */
const cheap = 'pbkdf2_sha256$1$sNhI5mV2CjXc$HlyFvYSvXNN3q7O7U0TTb4hTCCsWSVuxXlTdnZTtHn0='

/** Everything is counted, and nothing is spent. */
const counted =
  'registration=off,sign_in=100000/1m,password=100000/15m,password_account=100000/1h,password_everybody=100000/10m'

/** What is measured is all of the way: each attempt is counted under four budgets' keys, and written down. */
async function expectCountedAndWritten(app: App, attempts: readonly object[]): Promise<void> {
  const before = trailOf(app).length
  for (const attempt of attempts) {
    const { headers } = await app.postJson('/login', attempt)
    expect(headers.get('ratelimit')).toMatch(/^"sign_in";r=999\d\d;/)
  }
  const written = trailOf(app).slice(before)
  expect(written.map(({ type }) => type)).toEqual(attempts.map(() => 'login.refused'))
}

describe('telling accounts apart by the time that a sign-in takes', () => {
  it(`fails: ranks of ${rounds} refusals each differ by chance only (Mann-Whitney, alpha ${alpha})`, async () => {
    const app = await startApp({ hashThreads: 1, limits: counted })
    const { email } = await app.registered()
    const disabled = await app.registered()
    await app.setStatus(disabled, 'disabled')
    const [without, older, broken] = [
      await app.registered(),
      await app.registered(),
      await app.registered(),
    ]
    await app.storeHash(without, undefined)
    await app.storeHash(older, cheap)
    await app.storeHash(
      broken,
      '$argon2id$v=19$m=4194304,t=10,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA',
    )
    const password = 'wrong harbour lantern!'
    const cases = {
      'a wrong password': { email, password },
      'an unknown account': { email: 'person0@mail.test.example', password },
      'a disabled account': { email: disabled.email, password: disabled.password },
      'an account without password': { email: without.email, password },
      'an account with a cheaper hash': { email: older.email, password },
      'an account with a hash beyond the bounds': { email: broken.email, password },
    }
    const names = Object.keys(cases) as (keyof typeof cases)[]
    await expectCountedAndWritten(app, Object.values(cases))
    const times = new Map(names.map((name) => [name, [] as number[]]))

    for (let round = -5; round < rounds; round += 1) {
      for (const name of shuffled(names)) {
        const start = performance.now()
        const response = await app.postJson('/login', cases[name])
        // The first rounds only warm up.
        if (round >= 0) times.get(name)?.push(performance.now() - start)
        expect(response.status).toBe(401)
        expect((await jsonOf(response))['code']).toBe('invalid_credentials')
      }
    }
    const wrong = times.get('a wrong password') ?? []
    for (const name of names.slice(1)) {
      const distance = rankDistance(times.get(name) ?? [], wrong)
      expect.soft(Math.abs(distance), `${name}: ${distance}`).toBeLessThan(limit)
    }
  }, 240_000)

  it('fails in its smallest part too: without an account the same work is done', async () => {
    const done: string[] = []
    const hasher: PasswordHasher = {
      hash: async () => '$new' as PasswordHash,
      verify: async (_password, { hash }) => {
        done.push(`verify ${hash}`)
        return { ok: false, needsRehash: false }
      },
      refusal: () => undefined,
      decoy: () => '$decoy' as PasswordHash,
    }
    const store = {
      ...noFailures,
      insert: async () => true,
      insertAll: async () => undefined,
      findAll: async () => new Map(),
      changedAt: async () => undefined,
      find: async () => {
        done.push('find')
        return undefined
      },
      replace: async () => true,
    }
    const passwords = new Passwords({
      hasher,
      store,
      judge: {} as PasswordJudge,
      report: () => undefined,
    })
    const password: Plaintext = new Secret('violet harbour lantern')
    await passwords.verify('acc_without_password' as never, password)
    const withAccount = done.splice(0)
    await passwords.verify(undefined, password)
    expect(withAccount).toEqual(['find', 'verify $decoy'])
    expect(done).toEqual(withAccount)
  })

  it('fails in what is written of it: without an account as much', async () => {
    const done: string[] = []
    const refusing = new Refusing({
      accounts: { findByEmail: async () => undefined },
      passwords: {
        failed: async () => {
          done.push('count a failure')
          return 'counted'
        },
      },
      limits: noLimits,
      unitOfWork: plainUnit,
      audit: {
        record: async (type) => void done.push(type),
        pseudonym: () => 'pseudonym',
      },
      limitReached: async () => undefined,
    })
    const account = anAccount()
    const tried = { matches: false, origin: nowhere }
    await refusing.password(account.canonicalEmail, account, tried)
    const withAccount = done.splice(0)
    await refusing.password(account.canonicalEmail, undefined, tried)
    expect(withAccount).toEqual(['login.refused', 'count a failure'])
    expect(done).toEqual(withAccount)
  })
})
