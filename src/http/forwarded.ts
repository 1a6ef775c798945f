import { canonicalAddress } from './network.ts'

/** Longer lists come from nobody's proxies. */
const maxHops = 20

/** Who is said to have asked whom, as it was written: from the nearest hop back to the one that is furthest away. */
export type Hops = readonly string[]

/** What X-Forwarded-For lists; `undefined` where that is too much. */
export function hopsOfForwardedFor(list: string): Hops | undefined {
  const hops = list.split(',', maxHops + 1)
  return hops.length > maxHops ? undefined : hops.map((hop) => hop.trim()).reverse()
}

/**
 * One parameter of `Forwarded` with the mark that ends it (RFC 7239, 4). No quoted text holds a comma: a client that leaves
 * a quote open (attack) could hide in it what the proxy has added. Nothing here is tried twice on one stretch of text.
 */
const parameter =
  /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\,]|\\[^,])*)"|([^\s",;\\]*))[ \t]*)?([,;]|$)/gy

/** The `for` of each element of `Forwarded`, `''` where one has none; `undefined` where the list cannot be read. */
export function hopsOfForwarded(list: string): Hops | undefined {
  const hops: string[] = []
  let hop: string | undefined
  for (const [, name, quoted, bare = '', end] of list.matchAll(parameter)) {
    if (name?.toLowerCase() === 'for') {
      if (hop !== undefined) return undefined
      hop = quoted?.replace(/\\(.)/g, '$1') ?? bare
    }
    if (end === ';') continue
    if (hops.push(hop ?? '') > maxHops) return undefined
    if (end === '') return hops.reverse()
    hop = undefined
  }
  return undefined
}

/**
 * The address that a hop names, with or without port, IPv6 with or without brackets: proxies write all of these. `unknown`
 * and names such as `_hidden` are none (RFC 7239, 6).
 */
export function addressOfHop(hop: string): string | undefined {
  const [, bracketed, dotted] =
    /^(?:\[(?=[\da-f]*:)([\da-f:.]*)\]|([\d.]+))(?::\d{1,5})?$/i.exec(hop) ?? []
  return canonicalAddress(bracketed ?? dotted ?? hop)
}
