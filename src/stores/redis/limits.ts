import {
  type Claim,
  type LimitStore,
  lifetimeOf,
  type Settlement,
  sliceOf,
  type TakeOutcome,
} from '../../core/limits/index.ts'
import type { Duration, Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import type { RedisConnection } from './connection.ts'
import { settleScript, takeScript, tellScript, undoScript } from './limit-script.ts'

type Answer =
  | readonly ['taken', readonly Point[]]
  | readonly ['refused', place: number, wait: Duration, isFirst: 0 | 1]

type Point = readonly [at: Instant, left: number, reset: Duration, before: string, after: string]

/**
 * Counters in Redis or Valkey, a key for each. All claims of a call are one step on one server. In a cluster each key
 * is a step of its own, and what some have given is undone where another one refuses: meanwhile somebody else may be
 * refused who came too early, but nobody is let through too much.
 */
export class RedisLimitStore implements LimitStore {
  readonly #redis: RedisConnection

  constructor(redis: RedisConnection) {
    this.#redis = redis
  }

  take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const isOneStep = this.#redis.reachesAllKeys || claims.length === 1
    return this.#redis.answer(() =>
      isOneStep ? this.#takeTogether(claims, now) : this.#takeApart(claims, now),
    )
  }

  settle({ back, forgotten }: Settlement): Promise<void> {
    const times = back.map(({ at }) => at)
    const names = [...back.map(({ key }) => key), ...forgotten].map(nameOf)
    return this.#redis.answer(async () => {
      if (this.#redis.reachesAllKeys) await this.#redis.run(settleScript, names, times)
      else await Promise.all(names.map((name, at) => this.#settleApart(name, times[at])))
    })
  }

  /** Redis drops by itself what is over. */
  async sweep(): Promise<number> {
    return 0
  }

  async close(): Promise<void> {
    this.#redis.close()
  }

  async #takeTogether(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const answer = await this.#ask(claims, now, false)
    if (answer[0] === 'taken') return takenOf(claims, answer[1])
    const [, place, wait, isFirst] = answer
    return { kind: 'refused', claim: claims[place - 1] as Claim, wait, isFirst: isFirst === 1 }
  }

  async #takeApart(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const answers = await Promise.all(claims.map((claim) => this.#ask([claim], now, true)))
    const points = answers.map(([kind, points]) => (kind === 'taken' ? points[0] : undefined))
    const place = points.indexOf(undefined)
    const [claim, refusal] = [claims[place], answers[place]]
    if (!claim || refusal?.[0] !== 'refused') return takenOf(claims, points as Point[])
    const [, , wait, isFirst] = refusal
    const [told] = await Promise.all([
      isFirst && this.#redis.run(tellScript, [nameOf(claim.key)], []),
      ...claims.map(({ key }, at) => this.#undo(key, points[at])),
    ])
    return { kind: 'refused', claim, wait, isFirst: told === 1 }
  }

  async #ask(claims: readonly Claim[], now: Instant, isApart: boolean): Promise<Answer> {
    const names = claims.map(({ key }) => nameOf(key))
    const budgets = claims.flatMap(({ budget }) => [
      budget.points,
      budget.window,
      Number(budget.grows),
      sliceOf(budget),
      lifetimeOf(budget),
    ])
    return (await this.#redis.run(takeScript, names, [now, Number(isApart), ...budgets])) as Answer
  }

  async #settleApart(name: string, at: Instant | undefined): Promise<void> {
    await this.#redis.run(settleScript, [name], at === undefined ? [] : [at])
  }

  async #undo(key: Digest, point: Point | undefined): Promise<void> {
    if (!point) return
    const [at, , , before, after] = point
    await this.#redis.run(undoScript, [nameOf(key)], [at, before, after])
  }
}

function nameOf(key: Digest): string {
  return `sallyport:limit:${key}`
}

function takenOf(claims: readonly Claim[], points: readonly Point[]): TakeOutcome {
  const taken = claims.map(({ key, budget }, place) => {
    const [at, left, reset] = points[place] as Point
    return { key, budget, at, left, reset }
  })
  return { kind: 'taken', taken }
}
