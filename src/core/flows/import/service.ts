import type { Clock } from '../../../kernel/clock.ts'
import { publicId, type Random } from '../../../kernel/random.ts'
import type { AccountId, AccountStore, CanonicalEmail } from '../../accounts/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { PasswordStore, StoredPassword } from '../../passwords/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import type { Columns } from './columns.ts'
import type { HashReader } from './hash-reader.ts'
import { type ImportProblem, type Newcomer, readPerson } from './person.ts'
import type { Row } from './row.ts'

export interface ImportDependencies {
  readonly columns: Columns
  readonly hashes: HashReader
  readonly clock: Clock
  readonly random: Random
}

/** Where those who are brought in are written. */
export interface ImportStores {
  readonly accounts: Pick<AccountStore, 'insertAll'>
  readonly passwords: Pick<PasswordStore, 'insertAll'>
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
}

export interface RefusedRow {
  readonly line: number
  readonly problems: readonly ImportProblem[]
}

/** What some rows hold. */
export interface ReadRows {
  readonly newcomers: readonly Newcomer[]
  readonly refused: readonly RefusedRow[]
}

/** What became of people who were to be brought in. */
export interface Arrivals {
  readonly added: number
  /** Their address was there already; the account is as it was. */
  readonly present: number
}

/** One reading of a file from its beginning to its end, some rows at a time. */
export class Import {
  readonly #deps: ImportDependencies
  readonly #seen = new Set<CanonicalEmail>()

  constructor(deps: ImportDependencies) {
    this.#deps = deps
  }

  /** Tells who can be brought in, and which rows break which rules. Looks nobody up. */
  read(rows: readonly Row[]): ReadRows {
    const newcomers: Newcomer[] = []
    const refused: RefusedRow[] = []
    for (const row of rows) {
      const person = this.#person(row)
      if ('newcomer' in person) newcomers.push(person.newcomer)
      else refused.push({ line: row.line, problems: person.problems })
    }
    return { newcomers, refused }
  }

  /** What {@link Import.write} would do now. */
  async foresee(
    newcomers: readonly Newcomer[],
    accounts: Pick<AccountStore, 'findTaken'>,
  ): Promise<Arrivals> {
    const taken = await accounts.findTaken(newcomers.map(({ account }) => account.canonicalEmail))
    return { added: newcomers.length - taken.size, present: taken.size }
  }

  /**
   * Adds those whose address nobody has, all of them or none, each with the hash exactly as it came.
   * Whoever is there already is not touched: so an import that was interrupted can be run again.
   */
  async write(newcomers: readonly Newcomer[], stores: ImportStores): Promise<Arrivals> {
    const now = this.#deps.clock.now()
    const hashes = new Map(newcomers.map(({ account, hash }) => [account.id, hash]))
    const { accounts, passwords, unitOfWork, audit } = stores
    return unitOfWork.run(async () => {
      const added = await accounts.insertAll(newcomers.map(({ account }) => account))
      const imported = new Map<AccountId, StoredPassword>()
      for (const { id } of added) {
        const hash = hashes.get(id)
        // Made elsewhere, of whatever form was typed there.
        if (hash) imported.set(id, { hash, normalForm: undefined })
      }
      await passwords.insertAll(imported, now)
      const arrivals = { added: added.length, present: newcomers.length - added.length }
      await audit.record('accounts.imported', { actor: 'operator' }, arrivals)
      return arrivals
    })
  }

  #person(row: Row): ReturnType<typeof readPerson> {
    if ('broken' in row) return { problems: [{ field: 'row', rule: row.broken }] }
    const { columns, hashes, clock, random } = this.#deps
    const newId = () => publicId(random, 'acc') as AccountId
    const person = readPerson(row.record, { columns, hashes, now: clock.now(), newId })
    if (!('newcomer' in person)) return person
    const { canonicalEmail } = person.newcomer.account
    if (this.#seen.has(canonicalEmail)) {
      return { problems: [{ field: 'email', rule: 'duplicate' }] }
    }
    this.#seen.add(canonicalEmail)
    return person
  }
}
