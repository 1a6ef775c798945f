import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../src/core/accounts/index.ts'
import { defaultBudgets, KnownDevices, Limits } from '../../src/core/limits/index.ts'
import {
  maxPasswordFailures,
  type PasswordHash,
  type PasswordHasher,
  type PasswordJudge,
  type PasswordStore,
  Passwords,
} from '../../src/core/passwords/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { KeyRing } from '../../src/kernel/key-ring.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import { MemoryLimitStore } from '../../src/stores/memory/limits.ts'
import { FakeClock } from '../../src/testing/index.ts'
import { aMasterKey } from '../support/factors.ts'
import { strangerAt } from '../support/places.ts'

/** Somebody who has an account, and what becomes of it. */
interface Owner {
  readonly id: AccountId
  readonly device: string
  /** Does nobody sign in to it that week? */
  readonly isAway: boolean
  /** Guesses that were looked at while one of them could have been right: in all, and since the owner was in. */
  guesses: number
  inARow: number
  mostInARow: number
}

/** What owners were told. */
interface Told {
  letIn: number
  refused: number
}

const addresses = 10_000

/** Below what makes a wait double: a network that stops at four may come again after a quarter of an hour. */
const guessesOfAPair = 4

/** The world: real limits and the real rule of failures in a row, no hashes. */
class Week {
  readonly clock: FakeClock = new FakeClock()
  readonly owners: readonly Owner[]
  readonly known: Told = { letIn: 0, refused: 0 }
  readonly unknown: Told = { letIn: 0, refused: 0 }
  readonly #limits: Limits
  readonly #passwords: Passwords
  readonly #failures = new Map<AccountId, number>()
  /** Repeatable: each week is drawn the same. */
  readonly #chance = mulberry(20_301)
  #next = 0

  constructor(accounts: number) {
    const ports = { keys: new KeyRing([aMasterKey()]), clock: this.clock, random: systemRandom }
    const devices = new KnownDevices(ports)
    const store = new MemoryLimitStore({ bound: 1_000_000 })
    this.#limits = new Limits({ store, budgets: defaultBudgets, devices, ...ports })
    this.#passwords = passwordsOver(this.#failures)
    this.owners = Array.from({ length: accounts }, (_, at) => ({
      id: `person${at}@mail.test.example` as AccountId,
      device: devices.remember(undefined, `person${at}@mail.test.example`),
      isAway: at % 10 === 0,
      guesses: 0,
      inARow: 0,
      mostInARow: 0,
    }))
  }

  /** Ten minutes: an attacker who knows everything takes what there is, and owners come after. */
  async tenMinutes(): Promise<void> {
    this.clock.advance(minutes(10))
    await this.#attack()
    for (const owner of this.owners) {
      if (owner.isAway) continue
      // Three times a day where they have been before, and once in three days from somewhere new.
      if (this.#chance() < 3 / 144) await this.#signIn(owner, true)
      if (this.#chance() < 1 / 432) await this.#signIn(owner, false)
    }
  }

  /** Guesses where one can be right, one account after the other, until nobody is let through any more. */
  async #attack(): Promise<void> {
    let fruitless = 0
    while (fruitless < this.owners.length) {
      const owner = this.owners[this.#next % this.owners.length] as Owner
      this.#next += 1
      if ((this.#failures.get(owner.id) ?? 0) >= maxPasswordFailures) {
        fruitless += 1
        continue
      }
      const network = strangerAt(
        Math.floor(this.#next / guessesOfAPair / this.owners.length) % addresses,
      )
      const guess = await this.#limits.guess('password', owner.id, { network })
      if (guess.kind === 'limited') {
        if (guess.budget === 'password_everybody') return
        fruitless += 1
        continue
      }
      fruitless = 0
      owner.guesses += 1
      owner.inARow += 1
      owner.mostInARow = Math.max(owner.mostInARow, owner.inARow)
      await this.#passwords.failed(owner.id)
    }
  }

  async #signIn(owner: Owner, isKnown: boolean): Promise<void> {
    const told = isKnown ? this.known : this.unknown
    const network = `203.0.113.${Math.floor(this.#chance() * 256)}`
    const device = isKnown ? owner.device : undefined
    const guess = await this.#limits.guess('password', owner.id, { network, device })
    if (guess.kind === 'limited' || !(await this.#passwords.succeeded(owner.id, isKnown))) {
      told.refused += 1
      return
    }
    await guess.right()
    owner.inARow = 0
    told.letIn += 1
  }
}

function passwordsOver(failures: Map<AccountId, number>): Passwords {
  const store: Pick<PasswordStore, 'countFailure' | 'forgetFailures'> = {
    countFailure: async (owner, most) => {
      const count = failures.get(owner) ?? 0
      if (count >= most) return undefined
      failures.set(owner, count + 1)
      return count + 1
    },
    forgetFailures: async (owner, most) => {
      if ((failures.get(owner) ?? 0) >= most) return false
      failures.set(owner, 0)
      return true
    },
  }
  const hasher = { decoy: () => '$decoy' as PasswordHash } as PasswordHasher
  return new Passwords({
    hasher,
    store: store as PasswordStore,
    judge: {} as PasswordJudge,
    report: () => undefined,
  })
}

function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A week of it, in numbers; the docs have them. */
async function weekOf(accounts: number) {
  const week = new Week(accounts)
  for (let at = 0; at < 7 * 144; at += 1) await week.tenMinutes()
  const { owners, known, unknown } = week
  const guesses = owners.map((one) => one.guesses)
  const total = guesses.reduce((sum, count) => sum + count, 0)
  return {
    guesses: { total, mean: Math.round(total / accounts), most: Math.max(...guesses) },
    mostInARow: Math.max(...owners.map((one) => one.mostInARow)),
    mostWhereNobodySignsIn: Math.max(...owners.map((one) => (one.isAway ? one.guesses : 0))),
    known,
    unknown,
  }
}

describe('an attacker with ten thousand networks, who knows how all of this works, in a week', () => {
  it('guesses a hundred times between two sign-ins of an owner, and keeps none out where they have been', async () => {
    expect(await weekOf(1000)).toEqual({
      // All that the budget of everybody has: a thousand in ten minutes.
      guesses: { total: 1_008_000, mean: 1008, most: 1399 },
      mostInARow: maxPasswordFailures,
      mostWhereNobodySignsIn: maxPasswordFailures,
      known: { letIn: 18_747, refused: 0 },
      // As long as it lasts a password alone lets in nobody anywhere new: passkeys do.
      unknown: { letIn: 0, refused: 2060 },
    })
  }, 180_000)

  it('guesses as often as its owner signs in, a hundred times each, where there is one account to guess at', async () => {
    // Two accounts, and one owner: who is away is guessed at a hundred times, and no more.
    expect(await weekOf(2)).toEqual({
      guesses: { total: 2050, mean: 1025, most: 1950 },
      mostInARow: maxPasswordFailures,
      mostWhereNobodySignsIn: maxPasswordFailures,
      known: { letIn: 23, refused: 0 },
      unknown: { letIn: 0, refused: 3 },
    })
  })
})
