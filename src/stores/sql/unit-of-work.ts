import { AsyncLocalStorage } from 'node:async_hooks'
import type { Compilable } from 'kysely'
import type { UnitOfWork } from '../../core/unit-of-work.ts'
import { Turns } from '../turns.ts'
import type { ByKey, Database, Executor, Rows } from './database.ts'

type Work = () => Promise<void>

/** How long one waits for its turn, at most: a server that is frozen answers nobody. Milliseconds. */
const patience = 1000

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
  /** Apart: a unit that waits for its turn holds a connection, and others need one in theirs. */
  readonly #turns = { ofUnits: new Turns(patience), ofOthers: new Turns(patience) }

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
    const result = await this.#durably(work, after)
    await doAll(after)
    return result
  }

  async lastly(work: Work): Promise<void> {
    const unit = this.#unit
    if (unit) {
      unit.last.push(work)
      return
    }
    const endTurn = await this.#turn('ofOthers')
    await work().finally(endTurn)
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

  async #durably<Result>(work: () => Promise<Result>, after: Work[]): Promise<Result> {
    let endTurn = () => {}
    const workIn = async (unit: Unit) => {
      try {
        const result = await work()
        if (unit.last.length > 0) endTurn = await this.#turn('ofUnits')
        for (const one of unit.last) await one()
        return result
      } finally {
        // Before anybody else comes in: what is said from here on would be done by nobody.
        unit.isOver = true
      }
    }
    try {
      return await this.#whole.transaction((executor) => {
        const unit: Unit = { executor, last: [], after, isOver: false }
        return this.#units.run(unit, () => workIn(unit))
      })
    } finally {
      endTurn()
    }
  }

  /**
   * What is done last is written where all write: those of one process would wait for one another in the database, one
   * connection each. SQLite has one writer, and makes one commit of what waits for it.
   */
  async #turn(whose: 'ofUnits' | 'ofOthers'): Promise<() => void> {
    return this.dialect === 'postgres' ? this.#turns[whose].next() : () => {}
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
