import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { answered } from '../answered.ts'
import { parseRedisUrl, type RedisAddress } from './address.ts'
import type { Script } from './scripts.ts'

/** A socket on which nothing is answered for so long is given up, and another one is made. Milliseconds. */
const silence = 1500

/** Attempts to connect never end. Milliseconds. */
const pauseBeforeRetry = (times: number) => Math.min(50 * times, 500)

type Argument = string | number

/** A Redis server, a cluster, or whatever Sentinel calls the primary. Connects by itself, again and again. */
export class RedisConnection {
  readonly #client: Redis | Cluster

  constructor(url: string) {
    const address = parseRedisUrl(url)
    if (!address) throw new TypeError('not a Redis URL')
    this.#client = clientOf(address)
    // Whoever asks is told; without a listener every failed attempt would be printed.
    this.#client.on('error', () => undefined)
    // Every request of an outage waits for the same attempt to connect.
    this.#client.setMaxListeners(0)
  }

  /** Can one script reach the keys of several accounts? A cluster keeps each key where its hash says. */
  get reachesAllKeys(): boolean {
    return this.#client instanceof Redis
  }

  /** Does what takes one or several commands; all of them together are answered in time, or not at all. */
  answer<Result>(work: () => Promise<Result>): Promise<Result> {
    return answered('Redis', async () => {
      if (this.#client.status !== 'ready') await this.#connected()
      return work()
    })
  }

  ask(command: string, ...values: Argument[]): Promise<unknown> {
    return this.#client.call(command, ...values)
  }

  /** The whole text is sent only to a server that does not know it yet: after its start, or a failover. */
  async run(
    script: Script,
    keys: readonly string[],
    values: readonly Argument[],
  ): Promise<unknown> {
    const rest = [keys.length, ...keys, ...values]
    try {
      return await this.ask('EVALSHA', script.digest, ...rest)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return this.ask('EVAL', script.text, ...rest)
    }
  }

  /** The keys that begin so, some at a time, of every node. May name one twice, as SCAN does. */
  async *keys(prefix: string): AsyncGenerator<string[]> {
    const nodes = this.#client instanceof Redis ? [this.#client] : this.#client.nodes('master')
    for (const node of nodes) {
      let cursor = '0'
      do {
        const [next, keys] = await node.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 500)
        yield keys
        cursor = next
      } while (cursor !== '0')
    }
  }

  /**
   * A connection of its own that hears what is published from now on: of the primary, so never of a cluster,
   * whose nodes pass things on in no common order.
   * @throws {StoreUnavailableError} It does not answer.
   */
  async subscribe(
    channels: readonly string[],
    on: { heard(text: string): void; broken(): void },
  ): Promise<{ close(): void }> {
    if (!(this.#client instanceof Redis)) throw new TypeError('a cluster has no common order')
    const subscriber = this.#client.duplicate({
      lazyConnect: true,
      autoResubscribe: false,
      retryStrategy: () => null,
      // Nothing may be said for long.
      socketTimeout: undefined,
    })
    subscriber.on('error', () => undefined)
    subscriber.on('close', on.broken)
    subscriber.on('message', (_, text: string) => on.heard(text))
    try {
      // In time: a connection that the network loses meanwhile would say nothing for ever.
      await answered('Redis', async () => {
        await subscriber.connect()
        await subscriber.subscribe(...channels)
      })
    } catch (error) {
      subscriber.disconnect()
      throw error
    }
    return { close: () => subscriber.disconnect() }
  }

  close(): void {
    this.#client.disconnect()
  }

  /** Waits for the attempt that is being made, or is about to be: not for the server to come back. */
  #connected(): Promise<void> {
    const client = this.#client
    if (client.status === 'end') return Promise.reject(new Error('closed'))
    return new Promise((resolve, reject) => {
      const settle = () => {
        client.off('ready', settle).off('close', settle).off('end', settle)
        if (client.status === 'ready') resolve()
        else reject(new Error('not connected'))
      }
      client.on('ready', settle).on('close', settle).on('end', settle)
    })
  }
}

function clientOf({ kind, hosts, options }: RedisAddress): Redis | Cluster {
  const common = {
    ...options,
    connectTimeout: silence,
    socketTimeout: silence,
    // What was on its way when the connection broke may have been done: only its caller can know what to do.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // The primary that we are connected to has become a replica.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions
  // Nothing waits in a queue for a server that is away.
  const alone = { ...common, enableOfflineQueue: false, retryStrategy: pauseBeforeRetry }
  switch (kind) {
    case 'server':
      return new Redis({ ...alone, ...hosts[0] })
    case 'sentinel':
      return new Redis({
        ...alone,
        sentinels: [...hosts],
        sentinelRetryStrategy: pauseBeforeRetry,
        sentinelCommandTimeout: silence,
      })
    case 'cluster':
      return new Cluster([...hosts], {
        // A node is connected to when it is first needed: its queue waits for this one attempt.
        redisOptions: common,
        clusterRetryStrategy: pauseBeforeRetry,
        clusterNodeRetryStrategy: pauseBeforeRetry,
        slotsRefreshInterval: 1000,
        // Or what may have been done would be sent again.
        retryDelayOnFailover: 0,
      })
  }
}
