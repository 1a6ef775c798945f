import type { Audit } from '../core/audit/index.ts'
import {
  forgettable,
  inOrder,
  isAccepted,
  nextKeyFrom,
  type SigningAlgorithm,
  type SigningKeyRecord,
  type SigningKeyStore,
  signingKeyAt,
} from '../core/tokens/index.ts'
import type { UnitOfWork } from '../core/unit-of-work.ts'
import { createJwks, exportPrivateJwk, importJwk, type Jwks, type TokenKey } from '../jwt/index.ts'
import { between, type Clock, type Duration, type Instant, seconds } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import type { Sealing } from '../kernel/sealing.ts'
import { newKey } from './new-key.ts'

export interface SigningKeysDependencies {
  readonly store: SigningKeyStore
  readonly sealing: Pick<Sealing, 'seal' | 'open'>
  readonly clock: Clock
  readonly algorithm: SigningAlgorithm
  /** How long a key signs. */
  readonly every: Duration
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
  /** Who does it: somebody at the command line, or the server by itself. */
  readonly actor: 'operator' | 'system'
}

/** Whoever names keys that do not exist makes us look no more often. */
const rereadAtMost: Duration = seconds(1)

const lost =
  'the signing keys in the database were sealed under another master key: put that one back, as SALLYPORT_SECRET ' +
  'or as master.key in the data folder, behind the new one if there is a new one'

/** The keys that sign in the name of this server, as they lie in the database and as they are in memory. */
export class SigningKeys {
  readonly #deps: SigningKeysDependencies
  #records: readonly SigningKeyRecord[] = []
  #opened = new Map<string, TokenKey>()
  #accepted: Jwks = createJwks([])
  #readAt: Instant | undefined

  constructor(deps: SigningKeysDependencies) {
    this.#deps = deps
  }

  /**
   * Reads the keys, and makes the first one, or one for another algorithm than the last.
   * @throws {ConfigurationError} They cannot be opened by any master key there is.
   */
  async open(): Promise<void> {
    await this.keepUp()
    const { clock, algorithm } = this.#deps
    const newest = inOrder(this.#records.filter(({ retiredAt }) => retiredAt === undefined)).at(-1)
    if (newest?.algorithm !== algorithm) await this.rotate(clock.now())
  }

  /** What signs now. */
  get current(): TokenKey {
    const record = signingKeyAt(this.#records, this.#deps.clock.now())
    const key = record && this.#opened.get(record.id)
    if (!key) throw new TypeError('there is no signing key: it was not opened')
    return key
  }

  /** What is accepted, and published as far as it is public. Another one whenever something has changed. */
  get accepted(): Jwks {
    return this.#accepted
  }

  /** Looks what other nodes and operators have done, and makes the next key when it is time. Called every few seconds. */
  async keepUp(): Promise<void> {
    const { store, clock, every } = this.#deps
    await this.#read()
    const from = nextKeyFrom(this.#records, every, clock.now())
    if (from !== undefined) await this.#add(from)
    const over = forgettable(this.#records, clock.now())
    if (over.length > 0) await store.remove(over.map(({ id }) => id))
  }

  /** Looks again, since a token names a key that is not known: at most once a second. */
  async reread(): Promise<void> {
    const { clock } = this.#deps
    if (this.#readAt !== undefined && between(this.#readAt, clock.now()) < rereadAtMost) return
    await this.#read()
  }

  /** Makes the next key now, to sign from then on, and gives it. Where another node was faster, its key. */
  async rotate(signsFrom: Instant): Promise<SigningKeyRecord> {
    await this.#read()
    await this.#add(signsFrom)
    return inOrder(this.#records).at(-1) as SigningKeyRecord
  }

  /**
   * From now on nothing that this key has signed is good, here at once and on other nodes within seconds. If it
   * is the one that signs, a new one takes its place first. `false` when there is no such key, or not any more.
   */
  async retire(id: string): Promise<boolean> {
    const { store, unitOfWork, audit, actor, clock } = this.#deps
    await this.#read()
    const now = clock.now()
    if (signingKeyAt(this.#records, now)?.id === id) await this.#add(now)
    const isRetired = await unitOfWork.run(async () => {
      const isDone = await store.retire(id, now)
      if (isDone) await audit.record('key.retired', { actor }, { key: id })
      return isDone
    })
    await this.#read()
    return isRetired
  }

  async #add(signsFrom: Instant): Promise<void> {
    const { store, sealing, unitOfWork, audit, actor, clock, algorithm } = this.#deps
    const generation = (inOrder(this.#records).at(-1)?.generation ?? 0) + 1
    const key = await newKey(algorithm)
    const { id } = key
    const sealed = sealing.seal(JSON.stringify(exportPrivateJwk(key)), id)
    const createdAt = clock.now()
    const record = { id, generation, algorithm, sealed, createdAt, signsFrom, retiredAt: undefined }
    await unitOfWork.run(async () => {
      if (await store.add(record)) await audit.record('key.rotated', { actor }, { key: id })
    })
    await this.#read()
  }

  async #read(): Promise<void> {
    const { store, clock } = this.#deps
    const records = await store.list()
    const opened = new Map<string, TokenKey>()
    for (const record of records) {
      opened.set(record.id, this.#opened.get(record.id) ?? (await this.#openOne(record)))
    }
    const now = clock.now()
    const accepted = records.filter((record) => isAccepted(record, records, now))
    const before = this.#accepted.keys.map(({ id }) => id).join()
    this.#records = records
    this.#opened = opened
    this.#readAt = now
    if (accepted.map(({ id }) => id).join() !== before) {
      this.#accepted = createJwks(accepted.map(({ id }) => opened.get(id) as TokenKey))
    }
  }

  async #openOne({ id, sealed }: SigningKeyRecord): Promise<TokenKey> {
    const { sealing, store } = this.#deps
    const read = sealing.open(sealed, id)
    if (!read) throw new ConfigurationError([lost])
    // Once every row is sealed by the new master key, the old one can go.
    if (!read.isCurrent) await store.reseal(id, sealed, sealing.seal(read.text, id))
    return importJwk(JSON.parse(read.text))
  }
}
