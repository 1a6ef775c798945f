import type { Row } from '../../core/flows/import/index.ts'
import type { Line } from './lines.ts'

/** Makes rows of lines, in order. */
export interface RowReader {
  push(lines: readonly Line[]): Row[]
  /** What was waiting for more lines. */
  end(): Row[]
}

/** A file that cannot be read as what it was said to be; nothing of it was used. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}
