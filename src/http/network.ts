import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The longest text that can be an address (INET6_ADDRSTRLEN, without its end). */
const longest = 45

/**
 * The one spelling of an address, so that no client has several: IPv6 as in RFC 5952, IPv4 inside IPv6 as IPv4.
 * `undefined` for all else: names, ports, zones, and the short or octal forms that `inet_aton` would take.
 */
export function canonicalAddress(text: string): string | undefined {
  if (text.length > longest) return undefined
  // `::ffff:10.0.0.1` is how a dual-stack socket names `10.0.0.1`; what is IPv4 then has one spelling only.
  const plain = text.replace(/^::ffff:(?=\d+\.)/i, '')
  switch (isIP(plain)) {
    case 4:
      return plain
    case 6:
      return plain.includes('%') ? undefined : shortest(plain)
    default:
      return undefined
  }
}

function shortest(address: string): string {
  // Without the zero the library would take `::1.2.3.4` for IPv4, though not `::102:304`, which is the same.
  return ipaddr.process(address.replace(/^::(?=\d+\.)/, '0::')).toString()
}

/**
 * What counts as one client where clients are counted: an IPv4 address, or the /64 around an IPv6 address. Whoever has one
 * of those has all 2^64 (RFC 7421). `''` where no address is known.
 */
export function networkOf(address: string): string {
  const canonical = canonicalAddress(address)
  if (!canonical?.includes(':')) return canonical ?? ''
  const { parts } = ipaddr.IPv6.parse(canonical)
  return `${new ipaddr.IPv6([...parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`
}
