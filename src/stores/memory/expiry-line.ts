import type { Tally } from '../../core/limits/index.ts'
import type { Digest } from '../../kernel/digest.ts'

/** What is kept under one key, between its neighbours in the line. */
export interface Place {
  readonly key: Digest
  readonly line: ExpiryLine
  tally: Tally
  sooner: Place | undefined
  later: Place | undefined
}

/**
 * Those that last equally long: whoever was added first is over first, so that what is over is found without a search.
 * Where a clock was turned back somebody stands behind others who are over later, and is found that much later.
 *
 * A `Map` keeps an order too, but whoever is removed leaves a hole at its start that each look has to pass.
 */
export class ExpiryLine {
  #first: Place | undefined
  #last: Place | undefined

  get first(): Place | undefined {
    return this.#first
  }

  add(key: Digest, tally: Tally): Place {
    const place: Place = { key, line: this, tally, sooner: this.#last, later: undefined }
    if (this.#last) this.#last.later = place
    else this.#first = place
    this.#last = place
    return place
  }

  remove({ sooner, later }: Place): void {
    if (sooner) sooner.later = later
    else this.#first = later
    if (later) later.sooner = sooner
    else this.#last = sooner
  }
}
