import { setTimeout as delay } from 'node:timers/promises'
import type { AccountId } from '../core/accounts/index.ts'
import {
  type Hearer,
  Lease,
  type Moment,
  type RevocationChannel,
  type SessionId,
  type Word,
} from '../core/sessions/index.ts'
import type { Clock, Instant } from '../kernel/clock.ts'
import type { TokenHash } from '../kernel/token.ts'

/** How a server that carries messages is spoken to. */
export interface Wire {
  /** Sends texts to everybody who listens. */
  send(texts: readonly string[]): Promise<void>

  /** Listens. Once it has resolved, every text that anybody sends is heard, in the order of sending. */
  open(on: WireEvents): Promise<Line>
}

export interface WireEvents {
  readonly heard: (text: string) => void
  /** Nothing will be heard any more. */
  readonly broken: () => void
}

export interface Line {
  /** Sends a text, over whatever way the words of others come, to this line alone. */
  beat(text: string): Promise<unknown>
  close(): void
}

/** Milliseconds. A beat that takes longer than the lease, and nothing else was heard: the line is dead. */
const beatEvery = 200
const silence = 1000
const pauseBeforeRetry = 100

/** How many words may wait for a server that is away. Whoever would add one more is refused, like all who wait. */
const mostUnsent = 10_000

export interface KeptChannelOptions {
  readonly wire: Wire
  readonly clock: Clock
  /** Told why nothing is heard any more, once, and `undefined` when all is heard again. */
  readonly report?: (fault: string | undefined) => void
}

/** Keeps listening, whatever becomes of the connection, and knows when it does not. */
export class KeptChannel implements RevocationChannel {
  readonly #wire: Wire
  readonly #lease = new Lease()
  readonly #hearers: Hearer[] = []
  readonly #closing = new AbortController()
  readonly #clock: Clock
  readonly #report: (fault: string | undefined) => void
  #silent = false
  #unsent: string[] = []
  #sending: Promise<void> | undefined

  constructor({ wire, clock, report }: KeptChannelOptions) {
    this.#wire = wire
    this.#clock = clock
    this.#report = report ?? (() => undefined)
    void this.#keep()
  }

  listen(hearer: Hearer): void {
    this.#hearers.push(hearer)
  }

  isHeard(wall: Instant): boolean {
    return this.#lease.holds({ elapsed: performance.now(), wall })
  }

  async send(words: readonly Word[]): Promise<void> {
    // Room is made first, or nobody may add to what waits.
    if (this.#unsent.length + words.length > mostUnsent) await this.#flush()
    this.#unsent.push(...words.map(toText))
    await this.#flush()
  }

  async #flush(): Promise<void> {
    // What is on its way may have left without these; and if it fails, its words are among the next.
    await this.#sending?.catch(() => undefined)
    if (this.#unsent.length === 0) return
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    await this.#sending
  }

  close(): void {
    this.#closing.abort()
  }

  async #sendAll(): Promise<void> {
    // Those of one turn of the event loop travel together.
    await new Promise(setImmediate)
    const texts = this.#unsent
    this.#unsent = []
    try {
      if (texts.length > 0) await this.#wire.send(texts)
    } catch (error) {
      this.#unsent = [...texts, ...this.#unsent]
      throw error
    }
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      const fault = await this.#listenUntilBroken().catch(faultOf)
      this.#miss()
      if (!this.#silent && !signal.aborted) this.#report(fault)
      this.#silent = true
      await delay(pauseBeforeRetry, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  /** Resolves when the line is broken, silent for too long, or closed: tells why. */
  async #listenUntilBroken(): Promise<string> {
    const ended = Promise.withResolvers<string>()
    let lastHeard = performance.now()
    const line = await this.#wire.open({
      heard: (text) => {
        lastHeard = performance.now()
        this.#hear(text)
      },
      broken: () => ended.resolve('the connection has ended'),
    })
    // What was sent before now was not heard.
    this.#miss()
    let sending = false
    const beat = async () => {
      if (performance.now() - lastHeard > silence) return ended.resolve('nothing comes back')
      // One at a time: a second would only wait behind it.
      if (sending) return
      sending = true
      await line
        .beat(`beat ${this.#lease.beat(this.#now())}`)
        .catch((error) => ended.resolve(faultOf(error)))
      sending = false
    }
    const beats = setInterval(beat, beatEvery).unref()
    const { signal } = this.#closing
    const close = () => ended.resolve('closed')
    signal.addEventListener('abort', close)
    // It may have been closed while the line was being opened.
    if (signal.aborted) close()
    void beat()
    try {
      return await ended.promise
    } finally {
      signal.removeEventListener('abort', close)
      clearInterval(beats)
      line.close()
    }
  }

  #hear(text: string): void {
    const [first = '', second] = text.split(' ')
    if (first === 'beat') {
      this.#lease.heard(Number(second))
      if (this.#silent) this.#report(undefined)
      this.#silent = false
      return
    }
    const word =
      first === 'token'
        ? { token: second as TokenHash }
        : { account: first as AccountId, session: second as SessionId | undefined }
    for (const { told } of this.#hearers) told(word)
  }

  #miss(): void {
    this.#lease.lost()
    for (const { missed } of this.#hearers) missed()
  }

  #now(): Moment {
    return { elapsed: performance.now(), wall: this.#clock.now() }
  }
}

function faultOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function toText(word: Word): string {
  if ('token' in word) return `token ${word.token}`
  const { account, session } = word
  return session ? `${account} ${session}` : account
}
