import type { HashReading } from './hash-reader.ts'

/** Accounts whose hashes are alike, and what the next sign-in does with them. */
export interface TallyLine {
  readonly reading: HashReading
  readonly accounts: number
}

/** Counts accounts by scheme, cost and key. */
export class Tally {
  readonly #lines = new Map<string, { reading: HashReading; accounts: number }>()
  #accounts = 0

  add(reading: HashReading): void {
    const alike = JSON.stringify(reading)
    const line = this.#lines.get(alike)
    if (line) line.accounts += 1
    else this.#lines.set(alike, { reading, accounts: 1 })
    this.#accounts += 1
  }

  get accounts(): number {
    return this.#accounts
  }

  /** The most frequent first. */
  get lines(): readonly TallyLine[] {
    return [...this.#lines.values()].sort((a, b) => b.accounts - a.accounts)
  }

  countOf(kind: HashReading['kind']): number {
    const alike = this.lines.filter(({ reading }) => reading.kind === kind)
    return alike.reduce((sum, { accounts }) => sum + accounts, 0)
  }
}
