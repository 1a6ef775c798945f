import { answered } from '../answered.ts'
import { MemcachedConnection } from './connection.ts'

/** What is kept under a key, and what it takes to replace exactly that. */
export interface Item {
  readonly value: string
  /** Changes with every write; counted anew when memcached starts. */
  readonly version: string
  /** Seconds, or 0 for "until its place is needed". */
  readonly life: number
}

/** Makes the connection when it is needed, again after it broke. */
export class MemcachedClient {
  readonly #host: string
  readonly #port: number
  #opening: Promise<MemcachedConnection> | undefined
  #connection: MemcachedConnection | undefined
  #closed = false

  constructor(host: string, port: number) {
    this.#host = host
    this.#port = port
  }

  answer<Result>(work: (memory: MemcachedKeys) => Promise<Result>): Promise<Result> {
    return answered('memcached', async () => work(new MemcachedKeys(await this.#connected())))
  }

  close(): void {
    this.#closed = true
    this.#connection?.close()
  }

  async #connected(): Promise<MemcachedConnection> {
    if (this.#closed) throw new Error('closed')
    if (this.#connection?.usable) return this.#connection
    this.#opening ??= MemcachedConnection.open(this.#host, this.#port).finally(() => {
      this.#opening = undefined
    })
    this.#connection = await this.#opening
    if (this.#closed) this.#connection.close()
    return this.#connection
  }
}

/**
 * Commands of one piece of work, all over one connection. That matters for `replace`: memcached counts versions
 * anew when it starts, and only a connection that is still the same one tells that it did not.
 */
export class MemcachedKeys {
  readonly #connection: MemcachedConnection

  constructor(connection: MemcachedConnection) {
    this.#connection = connection
  }

  async get(key: string): Promise<Item | undefined> {
    const { code, flags, value } = await this.#connection.ask(`mg ${key} v c t`)
    if (code !== 'VA') return undefined
    const flag = (name: string) => flags.find((one) => one.startsWith(name))?.slice(1) ?? ''
    const left = Number(flag('t'))
    // -1 is for ever, and 0 is for less than a second: to be told 0 would mean for ever.
    return { value, version: flag('c'), life: left < 0 ? 0 : Math.max(1, left) }
  }

  async set(key: string, value: string, life: number): Promise<void> {
    await this.#store(key, value, `T${life}`)
  }

  /** Writes if nobody has written since: `former` is what was read, `undefined` when there was nothing. */
  replace(key: string, former: Item | undefined, value: string, life: number): Promise<boolean> {
    return this.#store(key, value, former ? `T${life} C${former.version}` : `T${life} ME`)
  }

  async #store(key: string, value: string, flags: string): Promise<boolean> {
    const line = `ms ${key} ${Buffer.byteLength(value)} ${flags}`
    return (await this.#connection.ask(line, value)).code === 'HD'
  }
}
