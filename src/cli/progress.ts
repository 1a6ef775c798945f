/** How far a long task has come. */
export interface Step {
  /** From 0 to 1. */
  readonly share: number
  readonly rows: number
  readonly elapsedMs: number
}

export interface ProgressOptions {
  /** What is being done: `checking`. */
  readonly label: string
  readonly total: number
  readonly stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>
  /** Milliseconds that only ever grow. */
  readonly stopwatch: () => number
}

const redrawMs = 100

/** On a terminal a bar that moves; in a log a line for each tenth. */
export class Progress {
  readonly #options: ProgressOptions
  readonly #start: number
  #drawnAt = Number.NEGATIVE_INFINITY
  #tenth = 0

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#start = options.stopwatch()
  }

  /** @param done - Of the total. */
  update(done: number, rows: number): void {
    const { label, total, stream, stopwatch } = this.#options
    const now = stopwatch()
    const step = { share: total === 0 ? 1 : done / total, rows, elapsedMs: now - this.#start }
    if (stream.isTTY) {
      if (now - this.#drawnAt < redrawMs) return
      this.#drawnAt = now
      stream.write(`\r${label} ${bar(step.share, 20)} ${describeStep(step)}\u001b[K`)
      return
    }
    const tenth = Math.floor(step.share * 10)
    if (tenth <= this.#tenth || tenth >= 10) return
    this.#tenth = tenth
    stream.write(`${label} ${describeStep(step)}\n`)
  }

  /** Takes the bar away again. */
  end(): void {
    if (this.#options.stream.isTTY) this.#options.stream.write('\r\u001b[K')
  }
}

export function describeStep({ share, rows, elapsedMs }: Step): string {
  const seconds = elapsedMs / 1000
  const parts = [`${String(Math.floor(share * 100)).padStart(3)} %`, `${grouped(rows)} rows`]
  if (seconds >= 0.5) {
    parts.push(`${grouped(rows / seconds)} rows/s`)
    if (share > 0 && share < 1) parts.push(`${timeLeft((seconds / share) * (1 - share))} left`)
  }
  return parts.join('  ')
}

function timeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A share as a bar of that many characters, exact to an eighth of one. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * width * 8)
  return `${'█'.repeat(filled >> 3)}${eighths[filled & 7]}`.padEnd(width)
}

/** `12,345` */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en')
}
