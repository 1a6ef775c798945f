import { randomFillSync } from 'node:crypto'

/** Port to the CSPRNG: everything secret or unique starts here (OWASP ASVS 5.0, 11.5.1). */
export interface Random {
  bytes(count: number): Uint8Array
}

/**
 * Drawn from a stock that is filled 4 KiB at a time: one call of the system for each 256 ids. What was
 * handed out is wiped from the stock, so no byte is there twice or longer than needed.
 */
class SystemRandom implements Random {
  #stock = new Uint8Array(0)
  #used = 0

  bytes(count: number): Uint8Array {
    if (count > this.#stock.byteLength - this.#used) {
      this.#stock = randomFillSync(new Uint8Array(Math.max(stockBytes, count)))
      this.#used = 0
    }
    const end = this.#used + count
    const bytes = this.#stock.slice(this.#used, end)
    this.#stock.fill(0, this.#used, end)
    this.#used = end
    return bytes
  }
}

const stockBytes = 4096

export const systemRandom: Random = new SystemRandom()

/** Random text safe in URLs, cookies and file names: 32 bytes make 43 characters, 16 make 22. */
export function urlSafe(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('base64url')
}

/**
 * A public identifier, such as `acc_` and 22 characters (128 random bits).
 * It names a thing and opens nothing: never use it as a secret.
 */
export function publicId(random: Random, prefix: string): string {
  return `${prefix}_${urlSafe(random, 16)}`
}
