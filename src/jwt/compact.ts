import { isUtf8 } from 'node:buffer'
import { endsCanonically } from '../kernel/base64url.ts'
import { isForbiddenName, parseJson } from '../kernel/json.ts'

/** Longer ones fit into no header of a request. */
export const maxTokenLength: number = 16 * 1024

type JsonObject = Readonly<Record<string, unknown>>

interface Header {
  readonly header: JsonObject
  /** Is there nothing in it that must be understood, and is not? */
  readonly isSupported: boolean
}

/** A compact JWS (RFC 7515, 7.1) that is well formed. Nothing is known of its signature yet. */
export interface Compact extends Header {
  /** What is signed: the header and the payload as they stand in the token. */
  readonly input: string
  readonly payload: string
  readonly signature: string
}

/** Header parameters that change how the rest is to be read: RFC 7515, 4.1.11, RFC 7797, RFC 7516. */
const unsupported = ['crit', 'b64', 'zip', 'enc']

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
  const read = headerOf(token.slice(0, first))
  if (!read || !endsCanonically(payload) || !endsCanonically(signature)) return undefined
  const { header, isSupported } = read
  return { header, isSupported, input: token.slice(0, second), payload, signature }
}

/** One issuer writes a few headers, and each of them on every token. */
const headers = new Map<string, Header>()
const maxHeaders = 64

function headerOf(encoded: string): Header | undefined {
  const known = headers.get(encoded)
  if (known) return known
  const object = endsCanonically(encoded) ? readJsonObject(encoded) : undefined
  if (!object) return undefined
  if (headers.size >= maxHeaders) headers.clear()
  const isSupported = !unsupported.some((name) => Object.hasOwn(object, name))
  const header = { header: Object.freeze(object), isSupported }
  headers.set(encoded, header)
  return header
}

const maxDepth = 32

/** The object in a segment; `undefined` for anything that two readers could understand differently. */
export function readJsonObject(encoded: string): JsonObject | undefined {
  const bytes = Buffer.from(encoded, 'base64url')
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (isPlain(text, value)) return value as JsonObject
  return parseJson(text, maxDepth).kind === 'parsed' ? (value as JsonObject) : undefined
}

/**
 * Is this text, which says this value, so plain that it can be read in one way only? `false` says nothing.
 *
 * Without escapes every string is written with two quotes. Of a name that is there twice the value has one, so
 * the text has more quotes than the value: to count them takes a fifth of the time of reading strictly.
 */
export function isPlain(text: string, value: object): boolean {
  return quotesIn(text) === quotesOf(value, maxDepth)
}

/** How many quotes it takes to write this; `NaN` where it is nested too deep, or has a name that is forbidden. */
function quotesOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return 2
  if (typeof value !== 'object' || value === null) return 0
  if (depth === 0) return Number.NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const one of value) count += quotesOf(one, depth - 1)
    return count
  }
  for (const name in value) {
    if (isForbiddenName(name)) return Number.NaN
    count += 2 + quotesOf((value as JsonObject)[name], depth - 1)
  }
  return count
}

const [quote, backslash] = [0x22, 0x5c]

/** How many quotes there are; -1 where something is escaped. */
function quotesIn(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) count += 1
    else if (code === backslash) return -1
  }
  return count
}
