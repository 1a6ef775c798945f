import { createHash } from 'node:crypto'
import type { BreachedPasswords, Plaintext } from '../core/passwords/index.ts'

/** Why the service could not tell. Says nothing of the password, so it may be logged. */
export type RangeFault = 'malformed' | 'status' | 'timeout' | 'too_large' | 'unreachable'

export interface BreachedRangesOptions {
  /** Where ranges are; the first five digits of a hash are added. */
  readonly url: URL
  /** Told once for each time that the service could not be asked. */
  readonly report: (fault: RangeFault) => void
  readonly timeoutMs?: number | undefined
}

/** Somebody is waiting for an account meanwhile. */
const defaultTimeoutMs = 1500

/** A range with padding has about 40 KB. */
const maxAnswerBytes = 1024 * 1024

const prefixLength = 5

/**
 * Breached passwords by k-anonymity, as Have I Been Pwned serves them: the service learns five digits
 * of a SHA-1, which a thousand passwords share, and gives all that begin with them.
 *
 * @see https://haveibeenpwned.com/API/v3#PwnedPasswords
 */
export class BreachedRanges implements BreachedPasswords {
  readonly #options: BreachedRangesOptions

  constructor(options: BreachedRangesOptions) {
    this.#options = options
  }

  async contains(password: Plaintext): Promise<boolean> {
    const digest = createHash('sha1').update(password.expose()).digest('hex').toUpperCase()
    try {
      const range = await this.#ask(digest.slice(0, prefixLength))
      return (countsIn(range).get(digest.slice(prefixLength)) ?? 0) > 0
    } catch (error) {
      this.#options.report(faultOf(error))
      return false
    }
  }

  async #ask(prefix: string): Promise<string> {
    const { url, timeoutMs = defaultTimeoutMs } = this.#options
    const response = await fetch(new URL(prefix, url), {
      // Padding hides from those who watch the line how long the answer is.
      headers: { 'add-padding': 'true', 'user-agent': 'sallyport' },
      // Whoever answers with another address is not the service that was chosen.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new FaultyRange('status')
    }
    return await textOf(response)
  }
}

/** Stops reading at the bound: leaving the loop cancels the rest. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxAnswerBytes) throw new FaultyRange('too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}

const line = /^([0-9A-F]{35}):(\d{1,12})$/

/** How often each suffix was seen; 0 is padding. */
function countsIn(range: string): Map<string, number> {
  const lines = range.split(/\r?\n/).filter((text) => text !== '')
  return new Map(
    lines.map((text) => {
      const [, suffix, count] = line.exec(text) ?? []
      if (suffix === undefined) throw new FaultyRange('malformed')
      return [suffix, Number(count)]
    }),
  )
}

class FaultyRange extends Error {
  readonly fault: RangeFault

  constructor(fault: RangeFault) {
    super(fault)
    this.fault = fault
  }
}

function faultOf(error: unknown): RangeFault {
  if (error instanceof FaultyRange) return error.fault
  return (error as Error).name === 'TimeoutError' ? 'timeout' : 'unreachable'
}
