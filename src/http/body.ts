import { parseJson } from '../kernel/json.ts'
import { parseFields } from './fields.ts'
import type { ProblemCode } from './problems.ts'

/** Generous for every form there is, and nothing to a server. */
export const maxBodyBytes: number = 16 * 1024

const maxJsonDepth = 8

/** What came with a request: a form from a page, or JSON (or nothing) from a program. */
export type Body =
  | { readonly from: 'page'; readonly value: Readonly<Record<string, string>> }
  | { readonly from: 'program'; readonly value: unknown }

/**
 * Reads a body that can be understood in one way only, or tells what is wrong with it.
 * Anything that a cross-site page could send without asking first is refused: text, multipart,
 * unknown types, and a type that hides behind another one.
 */
export async function readBody(request: Request): Promise<Body | ProblemCode> {
  if (request.headers.has('content-encoding')) return 'unsupported_media_type'
  const type = mediaType(request.headers.get('content-type'))
  if (type === undefined) return 'unsupported_media_type'

  const bytes = await readBytes(request)
  if (typeof bytes === 'string') return bytes
  if (type === 'none') {
    return bytes.byteLength === 0 ? { from: 'program', value: {} } : 'unsupported_media_type'
  }
  const text = decode(bytes)
  if (text === undefined) return 'bad_encoding'
  return type === 'form' ? formBody(parseFields(text)) : jsonBody(text)
}

function formBody(fields: ReturnType<typeof parseFields>): Body | ProblemCode {
  return typeof fields === 'string' ? fields : { from: 'page', value: Object.fromEntries(fields) }
}

function jsonBody(text: string): Body | ProblemCode {
  const parsed = parseJson(text, maxJsonDepth)
  if (parsed.kind === 'parsed') return { from: 'program', value: parsed.value }
  return parsed.rule === 'malformed' ? 'malformed_json' : parsed.rule
}

const json = /^application\/json(?: *; *charset="?utf-8"?)?$/i
const form = /^application\/x-www-form-urlencoded(?: *; *charset="?utf-8"?)?$/i

function mediaType(header: string | null): 'json' | 'form' | 'none' | undefined {
  if (header === null) return 'none'
  if (json.test(header)) return 'json'
  return form.test(header) ? 'form' : undefined
}

/** Stops reading at the bound, whatever the headers promised. */
async function readBytes(request: Request): Promise<Uint8Array | ProblemCode> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) return 'body_too_large'
  if (!request.body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength
      if (size > maxBodyBytes) return 'body_too_large'
      chunks.push(chunk)
    }
  } catch {
    // The client went away in the middle: nobody's fault here, and nothing for the error log.
    return 'bad_request'
  }
  return Buffer.concat(chunks)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
