import { isUtf8 } from 'node:buffer'
import { parseJson } from '../kernel/json.ts'
import { endsCanonically } from './base64url.ts'

/** Longer ones fit into no header of a request. */
export const maxTokenLength: number = 16 * 1024

type JsonObject = Readonly<Record<string, unknown>>

/** A compact JWS (RFC 7515, 7.1) that is well formed. Nothing is known of its signature yet. */
export interface Compact {
  readonly header: JsonObject
  /** What is signed: the header and the payload as they stand in the token. */
  readonly input: string
  readonly payload: string
  readonly signature: string
}

const form = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Takes a token apart; `undefined` unless it is exactly what an issuer writes, with no character more. */
export function readCompact(token: unknown): Compact | undefined {
  if (typeof token !== 'string' || token.length > maxTokenLength || !form.test(token)) {
    return undefined
  }
  const first = token.indexOf('.')
  const second = token.lastIndexOf('.')
  const payload = token.slice(first + 1, second)
  const signature = token.slice(second + 1)
  const header = headerOf(token.slice(0, first))
  if (!header || !endsCanonically(payload) || !endsCanonically(signature)) return undefined
  return { header, input: token.slice(0, second), payload, signature }
}

/** One issuer writes a few headers, and each of them on every token. */
const headers = new Map<string, JsonObject>()
const maxHeaders = 64

function headerOf(encoded: string): JsonObject | undefined {
  const known = headers.get(encoded)
  if (known) return known
  const header = endsCanonically(encoded) ? readJsonObject(encoded) : undefined
  if (!header) return undefined
  if (headers.size >= maxHeaders) headers.clear()
  headers.set(encoded, Object.freeze(header))
  return header
}

const maxDepth = 32

/** The object in a segment; `undefined` for anything that two readers could understand differently. */
export function readJsonObject(encoded: string): JsonObject | undefined {
  const bytes = Buffer.from(encoded, 'base64url')
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  const value = isPlain(text) ? parsePlain(text) : parseStrictly(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

/** Nothing that the strict reader would refuse but a name that is there twice. Far quicker than a pattern. */
export function isPlain(text: string): boolean {
  return (
    text.length <= plainLength &&
    // Names that it forbids; written with escapes they are not in their own form.
    !text.includes('proto') &&
    !text.includes('constructor') &&
    // Without more brackets than levels are allowed, nothing is nested too deep.
    countOf('{', text) + countOf('[', text) <= maxDepth
  )
}

function countOf(bracket: string, text: string): number {
  let count = 0
  for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) count += 1
  return count
}

/** Longer texts are rare: the strict reader has the time. */
const plainLength = 2048

/** A text that comes out as it went in has each name once, and one spelling: the strict reader takes ten times as long. */
function parsePlain(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (JSON.stringify(value) === text) return value
  } catch {
    return undefined
  }
  return parseStrictly(text)
}

function parseStrictly(text: string): unknown {
  const parsed = parseJson(text, maxDepth)
  return parsed.kind === 'parsed' ? parsed.value : undefined
}
