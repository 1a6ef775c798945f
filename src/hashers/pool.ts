import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { PasswordHash, PasswordHasher, Plaintext } from '../core/passwords/index.ts'
import { OverloadedError } from '../kernel/errors.ts'
import type { Random } from '../kernel/random.ts'
import { defaultCost, digestBytes, saltBytes } from './argon2id.ts'
import { type Argon2Cost, formatArgon2id } from './phc.ts'
import type { HashTask } from './worker.ts'

export interface HasherPoolOptions {
  readonly random: Random
  /** Hashing threads; one for each core when left out. */
  readonly threads?: number | undefined
  /** How many hashes may wait. Beyond it callers are sent away, and nothing else slows down. */
  readonly queue?: number | undefined
  readonly cost?: Argon2Cost | undefined
}

/** Bounds the wait to about a second and a half at the default cost and two threads. */
export const defaultQueue = 128

/** Lowest priority: the thread that answers requests always goes first (measured in docs/decisions). */
const nice = 19

const retryAfterSeconds = 2

/** Argon2id in threads of its own, so that no session check ever waits behind a password hash. */
export class HasherPool implements PasswordHasher {
  readonly #pool: Piscina<HashTask, string | boolean>
  readonly #random: Random
  readonly #cost: Argon2Cost

  constructor({ random, threads, queue, cost }: HasherPoolOptions) {
    const count = threads ?? availableParallelism()
    this.#random = random
    this.#cost = cost ?? defaultCost
    this.#pool = new Piscina({
      filename: new URL(`./worker${extension}`, import.meta.url).href,
      minThreads: count,
      maxThreads: count,
      maxQueue: queue ?? defaultQueue,
      niceIncrement: nice,
      // The next hash lies ready when one is done: a thread never waits for the main thread to wake.
      concurrentTasksPerWorker: 2,
    })
  }

  async hash(password: Plaintext): Promise<PasswordHash> {
    const salt = this.#random.bytes(saltBytes)
    const task = { kind: 'hash', password: password.expose(), salt, cost: this.#cost } as const
    return (await this.#run(task)) as PasswordHash
  }

  async verify(password: Plaintext, hash: PasswordHash): Promise<boolean> {
    return (await this.#run({ kind: 'verify', password: password.expose(), hash })) as boolean
  }

  /** Random salt and digest: to find a password for it is to break argon2. Costs nothing to make. */
  decoy(): PasswordHash {
    const salt = this.#random.bytes(saltBytes)
    const digest = this.#random.bytes(digestBytes)
    return formatArgon2id({ cost: this.#cost, salt, digest }) as PasswordHash
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  #run(task: HashTask): Promise<string | boolean> {
    if (this.#pool.queueSize >= this.#pool.options.maxQueue) {
      throw new OverloadedError('the password hashing queue is full', retryAfterSeconds)
    }
    return this.#pool.run(task)
  }
}

/** The threads load this file's sibling as source in the repository and as JavaScript in the package. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
