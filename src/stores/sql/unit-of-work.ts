import { AsyncLocalStorage } from 'node:async_hooks'
import type { Compilable } from 'kysely'
import type { UnitOfWork } from '../../core/unit-of-work.ts'
import type { ByKey, Database, Executor, Rows } from './database.ts'

type Work = () => Promise<void>

/** A transaction that is under way. */
interface Unit {
  readonly executor: Executor
  readonly last: Work[]
  readonly after: Work[]
  /** What was begun in it and goes on in the background is not in it any more. */
  isOver: boolean
}

/**
 * A database whose transactions are where the code stands: whoever is called within `run()` takes part, however
 * deep (docs/decisions/0021-units-of-work.md).
 */
export class UnitDatabase implements Database, UnitOfWork {
  readonly #whole: Database
  readonly #units = new AsyncLocalStorage<Unit>()

  constructor(whole: Database) {
    this.#whole = whole
  }

  /** Past any unit that is under way: for what stands whatever becomes of it. */
  get outside(): Database {
    return this.#whole
  }

  get dialect(): Database['dialect'] {
    return this.#whole.dialect
  }

  get kysely(): Database['kysely'] {
    return this.#executor.kysely
  }

  byKey<Row, Found>(
    column: string & keyof Row,
    rows: Rows<Row>,
    read: (row: Row) => Found,
  ): ByKey<Found> {
    const find = this.#whole.byKey(column, rows, read)
    const findWithin = (key: string) => {
      const unit = this.#unit
      return unit ? unit.executor.byKey(column, rows, read)(key) : find(key)
    }
    const { atOnce, counts } = find
    return Object.assign(findWithin, { ...(atOnce && { atOnce }), ...(counts && { counts }) })
  }

  together<Row>(statements: readonly Compilable[]): Promise<Row[][]> {
    return this.#executor.together(statements)
  }

  transaction<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result> {
    return this.run(() => work(this.#executor))
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#unit) return work()
    const after: Work[] = []
    const result = await this.#whole.transaction(async (executor) => {
      const unit: Unit = { executor, last: [], after, isOver: false }
      return this.#units.run(unit, async () => {
        try {
          const done = await work()
          for (const one of unit.last) await one()
          return done
        } finally {
          // Before anybody else comes in: what is said from here on would be done by nobody.
          unit.isOver = true
        }
      })
    })
    await doAll(after)
    return result
  }

  async lastly(work: Work): Promise<void> {
    const unit = this.#unit
    if (!unit) return work()
    unit.last.push(work)
  }

  async afterwards(work: Work): Promise<void> {
    const unit = this.#unit
    if (!unit) return work()
    unit.after.push(work)
  }

  close(): Promise<void> {
    return this.#whole.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #unit(): Unit | undefined {
    const unit = this.#units.getStore()
    return unit?.isOver ? undefined : unit
  }

  get #executor(): Executor {
    return this.#unit?.executor ?? this.#whole
  }
}

/** Each is about what is durable by now: where one fails, the others are done all the same. */
async function doAll(works: readonly Work[]): Promise<void> {
  const faults: unknown[] = []
  for (const work of works) await work().catch((fault: unknown) => faults.push(fault))
  if (faults.length > 0) throw faults[0]
}
