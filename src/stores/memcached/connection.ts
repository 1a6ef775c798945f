import { connect, type Socket } from 'node:net'

/** A server that answers nothing for so long is given up. Milliseconds. */
const silence = 1000

/** An answer of the meta protocol: a return code, flags, and a value after `VA`. */
export interface Reply {
  readonly code: string
  readonly flags: readonly string[]
  readonly value: string
}

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: Error) => void
}

const newLine = Buffer.from('\r\n')

/**
 * One connection that speaks memcached's meta protocol: answers come in the order of the questions. Whatever
 * goes wrong ends it, and everybody who waits is told; a new one is made by whoever asks next.
 *
 * @see https://github.com/memcached/memcached/blob/master/doc/protocol.txt
 */
export class MemcachedConnection {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  #received: Buffer = Buffer.alloc(0)
  #error: Error | undefined
  /** Runs while somebody waits. The socket's own would begin anew with each question. */
  #patience: NodeJS.Timeout | undefined

  static async open(host: string, port: number): Promise<MemcachedConnection> {
    const connection = new MemcachedConnection(connect({ host, port, noDelay: true }))
    // The first answer tells that there is somebody: a frozen server's system accepts connections as well.
    await connection.ask('mn')
    return connection
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('error', (error) => this.close(error))
    socket.on('close', () => this.close())
  }

  get usable(): boolean {
    return this.#error === undefined
  }

  /** @param line - A command without its line end; its keys and numbers are ours, never a visitor's text. */
  ask(line: string, value?: string): Promise<Reply> {
    if (this.#error) return Promise.reject(this.#error)
    this.#patience ??= setTimeout(() => this.close(new Error('no answer')), silence)
    this.#socket.write(value === undefined ? `${line}\r\n` : `${line}\r\n${value}\r\n`)
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  close(error: Error = new Error('the connection was closed')): void {
    this.#error ??= error
    this.#socket.destroy()
    clearTimeout(this.#patience)
    for (const { reject } of this.#waiting.splice(0)) reject(this.#error)
  }

  #read(bytes: Buffer): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, bytes]) : bytes
    for (let reply = this.#next(); reply; reply = this.#next()) {
      const waiting = this.#waiting.shift()
      if (/ERROR$/.test(reply.code)) {
        waiting?.reject(new Error([reply.code, ...reply.flags].join(' ')))
        // Where a value begins or ends is not sure any more.
        if (reply.code !== 'SERVER_ERROR') this.close()
      } else waiting?.resolve(reply)
    }
    if (this.#waiting.length > 0) this.#patience?.refresh()
    else {
      clearTimeout(this.#patience)
      this.#patience = undefined
    }
  }

  /** The first whole answer of what was received, taken away from it. */
  #next(): Reply | undefined {
    const end = this.#received.indexOf(newLine)
    if (end < 0) return undefined
    const [code = '', ...words] = this.#received.toString('latin1', 0, end).split(' ')
    let after = end + newLine.length
    let value = ''
    if (code === 'VA') {
      const last = after + Number(words.shift())
      if (this.#received.length < last + newLine.length) return undefined
      value = this.#received.toString('utf8', after, last)
      after = last + newLine.length
    }
    this.#received = this.#received.subarray(after)
    return { code, flags: words, value }
  }
}
