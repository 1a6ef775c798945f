/** The rule that a JSON document breaks. Names the rule, never the text: the text may hold a password. */
export type JsonRule = 'malformed' | 'duplicate_name' | 'forbidden_name' | 'too_deep'

export type ParsedJson =
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly rule: JsonRule }

/** Names that would reach into the prototype of an object somewhere behind us (CWE-1321). */
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

export function isForbiddenName(name: string): boolean {
  return forbiddenNames.has(name)
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/**
 * Parses JSON that can be read in one way only: `JSON.parse` plus what RFC 8259 leaves open.
 * Duplicate names, names that reach prototypes and nesting beyond `maxDepth` are refused.
 */
export function parseJson(text: string, maxDepth: number): ParsedJson {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'refused', rule: 'malformed' }
  }
  const rule = brokenRule(text, maxDepth)
  return rule ? { kind: 'refused', rule } : { kind: 'parsed', value }
}

/** Walks the punctuation and strings of a text that `JSON.parse` has already found to be JSON. */
function brokenRule(text: string, maxDepth: number): JsonRule | undefined {
  const levels: (Set<string> | 'array')[] = []
  let previous = ''
  for (const [part] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (part === ':' && level instanceof Set) {
      const name = nameOf(previous)
      if (isForbiddenName(name)) return 'forbidden_name'
      if (level.has(name)) return 'duplicate_name'
      level.add(name)
    } else if (part === '{' || part === '[') {
      levels.push(part === '{' ? new Set() : 'array')
      if (levels.length > maxDepth) return 'too_deep'
    } else if (part === '}' || part === ']') {
      levels.pop()
    }
    previous = part
  }
  return undefined
}

/** Compared after unescaping: `"\u0061"` and `"a"` are the same name. */
function nameOf(quoted: string): string {
  return JSON.parse(quoted) as string
}
