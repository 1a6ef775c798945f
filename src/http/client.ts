import { type BlockList, isIP } from 'node:net'

/** Longer lists come from nobody's proxies. */
const maxHops = 20

/**
 * The address of whoever is asking. The socket's, unless that is a trusted proxy: then
 * X-Forwarded-For is walked from its right end, through trusted hops only. Anything odd in it ends
 * the walk, so a client can add to the list but never choose what is believed (RFC 7239, 8.1).
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | null,
  trusted: BlockList,
): string {
  let client = plain(socketAddress)
  if (!forwardedFor) return client
  const hops = forwardedFor.split(',', maxHops + 1)
  if (hops.length > maxHops) return client
  while (isTrusted(client, trusted)) {
    const hop = plain(hops.pop()?.trim() ?? '')
    if (isIP(hop) === 0) return client
    client = hop
  }
  return client
}

/** `::ffff:10.0.0.1` is how a dual-stack socket names `10.0.0.1`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const version = isIP(address)
  return version !== 0 && trusted.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
