import { OverloadedError } from '../kernel/errors.ts'
import type { Random } from '../kernel/random.ts'
import { systemRandom } from '../kernel/random.ts'
import { PasswordContextError, type PasswordContextOptions, planOf } from './options.ts'
import { decoyFor, makerOf, type Plan, readPlanned, refusalOf } from './plan.ts'
import { defaultQueue, defaultThreads, HasherPool, type HasherPoolOptions } from './pool.ts'
import { type Cost, type HashRefusal, HashRefusedError, type Password } from './scheme.ts'
import { makingSchemes } from './schemes/index.ts'
import type { LineCounts } from './waiting-line.ts'

/** What became of a verification. */
export interface Verification {
  readonly ok: boolean
  /**
   * The password is right, and `hash()` would make a better hash of it. Never true of a refusal, nor of a
   * password that the new scheme cannot hold.
   */
  readonly needsRehash: boolean
  /** The scheme of the hash; `undefined` when it is malformed, not accepted, or dearer than the bounds. */
  readonly scheme: string | undefined
}

export interface VerifyOptions {
  /** The name that the hash was made for; only `postgres_md5` needs it. */
  readonly user?: string | undefined
  /** `nfc` where the hash is known to be of the composed form: then no other is tried. */
  readonly normalForm?: 'nfc' | undefined
  /** Gives up while the call waits for its turn. */
  readonly signal?: AbortSignal | undefined
}

/** What a context makes, in how many threads, and the memory that they need at most, in bytes. */
export interface Making {
  readonly scheme: string
  readonly cost: Cost
  readonly threads: number
  readonly memory: number
}

/** Makes and verifies password hashes, in threads of its own. See {@link createPasswordContext}. */
export interface PasswordContext extends AsyncDisposable {
  /**
   * Makes a hash of the composed (NFC) form, by the first scheme or by the one named.
   *
   * @throws {HashRefusedError} The scheme cannot hash this password whole: bcrypt beyond 72 bytes, say.
   * @throws {PasswordContextError} Not a password, the scheme makes no hashes here, or the context is closed.
   * @throws {OverloadedError} The queue is full; nothing was computed.
   */
  hash(
    password: Password,
    options?: { readonly scheme?: string; readonly signal?: AbortSignal | undefined },
  ): Promise<string>

  /**
   * Does the password belong to the hash? The form as it was typed is tried, and the composed one.
   *
   * Takes no less time than for a current hash, whatever the scheme. What is malformed, not accepted or
   * beyond the bounds is refused at once, and never throws.
   *
   * @throws {PasswordContextError} Not a password, or the context is closed.
   * @throws {OverloadedError} The queue is full; nothing was computed.
   */
  verify(
    password: Password,
    hash: string | null | undefined,
    options?: VerifyOptions,
  ): Promise<Verification>

  /**
   * Like {@link PasswordContext.verify}, and with a right password the hash to keep instead, if there is a
   * better one and the queue has room to make it: a right password is never refused for want of it.
   */
  verifyAndUpdate(
    password: Password,
    hash: string | null | undefined,
    options?: VerifyOptions,
  ): Promise<Verification & { readonly newHash?: string }>

  /** Would `hash()` make a better one today? True of what is not understood. */
  needsRehash(hash: string | null | undefined): boolean

  /** The scheme of a hash, or `undefined` when it is none that is accepted here. */
  identify(hash: string | null | undefined): string | undefined

  /** A hash that no password matches, as dear as a new one: verify it where there is no account. */
  decoy(): string

  /** What new hashes are made by. */
  readonly making: Making

  /** How many wait now; how many were sent away, and gave up, since the start. */
  readonly counts: LineCounts

  /** Takes nothing more, and lets the threads go when what waits is done. */
  close(): Promise<void>
}

/**
 * Sets up hashing by a list of schemes: the first makes new hashes, the others are verified, and
 * replaced when their owner is there. What passlib's `CryptContext` is, with bounds, threads and equal time.
 *
 * @throws {PasswordContextError} The options cannot be used.
 *
 * @example
 * const passwords = createPasswordContext({ schemes: ['argon2id', 'bcrypt'] })
 * const { ok, newHash } = await passwords.verifyAndUpdate(given, stored)
 * if (ok && newHash) await replaceHash(user, stored, newHash)
 */
export function createPasswordContext(options: PasswordContextOptions = {}): PasswordContext {
  return new Context(options, systemRandom)
}

/** The same for those who bring their own source of randomness, and want to be told how long hashes take. */
export class Context implements PasswordContext {
  readonly making: Making
  readonly #plan: Plan
  readonly #pool: HasherPool
  readonly #random: Random

  constructor(options: PasswordContextOptions, random: Random, timed?: HasherPoolOptions['timed']) {
    this.making = describeMaking(options)
    const { threads } = this.making
    this.#plan = planOf(options)
    this.#pool = new HasherPool(this.#plan, {
      threads,
      queue: options.queue,
      report: options.report,
      timed,
    })
    this.#random = random
  }

  get counts(): LineCounts {
    return this.#pool.counts
  }

  async hash(
    password: Password,
    {
      scheme = this.#plan.making,
      signal,
    }: { scheme?: string; signal?: AbortSignal | undefined } = {},
  ): Promise<string> {
    checkPassword(password)
    if (!makingSchemes.has(scheme) || !this.#plan.accepted.includes(scheme)) {
      throw new PasswordContextError('scheme', `${JSON.stringify(scheme)} makes no hashes here`)
    }
    const { making } = makerOf(this.#plan, scheme)
    const reason = this.refusal(password, scheme)
    if (reason) throw new HashRefusedError(reason)
    const composed = composedOf(password)
    const salt = this.#random.bytes(making.saltBytes)
    return (await this.#pool.run(
      { kind: 'hash', password: composed, salt, scheme },
      signal,
    )) as string
  }

  /** The rule that stands against a hash of this password. */
  refusal(password: Password, scheme: string = this.#plan.making): HashRefusal | undefined {
    return refusalOf(this.#plan, composedOf(password), scheme)
  }

  async verify(
    password: Password,
    hash: string | null | undefined,
    { user, normalForm, signal }: VerifyOptions = {},
  ): Promise<Verification> {
    checkPassword(password)
    const read = this.#read(hash, user)
    if (!read) return { ok: false, needsRehash: false, scheme: undefined }
    const possible = spellingsOf(password)
    const spellings = normalForm ? possible.slice(-1) : possible
    const times = possible.length
    const task = { kind: 'verify', spellings, times, hash: hash as string, user } as const
    const matched = (await this.#pool.run(task, signal)) as number
    const ok = matched >= 0
    // A hash of a form that is not composed is better replaced by one that every keyboard gives.
    const decomposed = matched < spellings.length - 1
    const isBetter = (read.needsRehash || decomposed) && this.refusal(password) === undefined
    return { ok, needsRehash: ok && isBetter, scheme: read.scheme }
  }

  async verifyAndUpdate(
    password: Password,
    hash: string | null | undefined,
    options: VerifyOptions = {},
  ): Promise<Verification & { readonly newHash?: string }> {
    const verification = await this.verify(password, hash, options)
    if (!verification.needsRehash) return verification
    try {
      return { ...verification, newHash: await this.hash(password, { signal: options.signal }) }
    } catch (error) {
      if (error instanceof OverloadedError) return verification
      throw error
    }
  }

  needsRehash(hash: string | null | undefined): boolean {
    return this.#read(hash)?.needsRehash ?? true
  }

  identify(hash: string | null | undefined): string | undefined {
    return this.#read(hash)?.scheme
  }

  decoy(): string {
    return decoyFor(this.#plan, (size) => this.#random.bytes(size))
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #read(hash: string | null | undefined, user?: string) {
    // A name of anybody's: whether the form is understood does not depend on it.
    return readPlanned(this.#plan, hash as string, { user: user ?? '' })
  }
}

/** What a context of these options would make. Starts nothing. */
export function describeMaking(options: PasswordContextOptions): Making {
  const { threads = defaultThreads, queue = defaultQueue } = options
  checkCount('threads', threads)
  checkCount('queue', queue)
  const plan = planOf(options)
  const { making, cost } = makerOf(plan, plan.making)
  return { scheme: making.name, cost, threads, memory: threads * making.memoryOf(cost) }
}

/** As it was typed, and composed. One where both are the same. */
function spellingsOf(password: Password): Password[] {
  if (typeof password !== 'string') return [password]
  return [...new Set([password, composedOf(password)])]
}

function composedOf(password: Password): Password {
  return typeof password === 'string' ? password.normalize('NFC') : password
}

function checkPassword(password: unknown): void {
  if (typeof password !== 'string' && !(password instanceof Uint8Array)) {
    throw new PasswordContextError('password', 'must be text or bytes')
  }
}

function checkCount(option: string, count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new PasswordContextError(option, 'must be a whole number of at least 1')
  }
}
