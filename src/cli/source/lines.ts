import { isUtf8 } from 'node:buffer'

/** A line of a file, without its end. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly broken: 'too_long' | 'not_unicode' }

/** Beyond every row with a hash of 4096 characters; what is longer is no file of people. */
export const maxLineBytes: number = 64 * 1024

const lineFeed = 10
const carriageReturn = 13

/** Takes bytes apart into lines, which end in LF or CRLF. Keeps no more than one line in memory. */
export class LineSplitter {
  #rest: Buffer[] = []
  #restBytes = 0
  #number = 0

  /** The lines that these bytes complete. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#keep(chunk.subarray(start, end))
      lines.push(this.#line())
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  /** The last line, if the file does not end with a line's end. */
  end(): Line[] {
    return this.#restBytes > 0 ? [this.#line()] : []
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.byteLength
    if (this.#restBytes > maxLineBytes) this.#rest = []
    else if (part.byteLength > 0) this.#rest.push(part)
  }

  #line(): Line {
    this.#number += 1
    const number = this.#number
    const isTooLong = this.#restBytes > maxLineBytes
    const bytes = this.#rest.length === 1 ? (this.#rest[0] as Buffer) : Buffer.concat(this.#rest)
    this.#rest = []
    this.#restBytes = 0
    if (isTooLong) return { number, broken: 'too_long' }
    if (!isUtf8(bytes)) return { number, broken: 'not_unicode' }
    const end = bytes.at(-1) === carriageReturn ? bytes.byteLength - 1 : bytes.byteLength
    const text = bytes.toString('utf8', 0, end)
    return { number, text: number === 1 ? text.replace(/^\ufeff/, '') : text }
  }
}
