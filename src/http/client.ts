import type { BlockList } from 'node:net'
import { addressOfHop, type Hops, hopsOfForwarded, hopsOfForwardedFor } from './forwarded.ts'
import { canonicalAddress } from './network.ts'

interface ClientAddressesDeps {
  readonly trusted: BlockList
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Tells the address of whoever is asking. That is the socket's, unless a trusted proxy is at its other end: then
 * X-Forwarded-For and Forwarded are walked from their right ends, through trusted hops only, so a client can add to them
 * but never choose what is believed (RFC 7239, 8.1). X-Real-IP and its kind are not read: they have no hops to walk.
 *
 * Where both are there they must lead to one address: a proxy that writes one header passes the other on as the client
 * sent it (attack). Whatever is odd in them leads nowhere, and the proxy's own address stands.
 */
export class ClientAddresses {
  readonly #trusted: BlockList
  readonly #log: ClientAddressesDeps['log']
  readonly #said = new Set<string>()

  constructor({ trusted, log }: ClientAddressesDeps) {
    this.#trusted = trusted
    this.#log = log
  }

  /** @param socketAddress - `undefined` when nobody has said it, `''` when nobody can. */
  of(socketAddress: string | undefined, headers: Headers): string {
    const socket = peerOf(socketAddress)
    if (socket === '') {
      if (socketAddress !== '') this.#warnOnce(warnings.unknown, {})
      return ''
    }
    const forwardedFor = headers.get('x-forwarded-for')
    const forwarded = headers.get('forwarded')
    if (forwardedFor === null && forwarded === null) return socket

    if (!isTrusted(socket, this.#trusted)) {
      const warning = isThisMachine(socket) ? warnings.untrustedHere : warnings.untrusted
      this.#warnOnce(warning, { client: socket })
      return socket
    }
    const lists = []
    if (forwardedFor !== null) lists.push(hopsOfForwardedFor(forwardedFor))
    if (forwarded !== null) lists.push(hopsOfForwarded(forwarded))
    const client = agreed(lists.map((hops) => lastBelieved(hops, this.#trusted)))
    if (client === undefined) this.#warnOnce(warnings.odd, { proxy: socket })
    return client ?? socket
  }

  /** Once: whoever can send one such request can send a million. */
  #warnOnce(warning: string, fields: object): void {
    if (this.#said.has(warning)) return
    this.#said.add(warning)
    this.#log.warn(fields, warning)
  }
}

const warnings = {
  unknown:
    'a request came without the address of its client: all such requests count as one client (give auth.fetch() an { address })',
  untrusted:
    'a request came with X-Forwarded-For or Forwarded from an address that is no trusted proxy, so nothing of it was read; if that is your proxy, everybody behind it counts as one client until it is trusted (SALLYPORT_TRUSTED_PROXIES)',
  untrustedHere:
    'a request came with X-Forwarded-For or Forwarded from this machine, so nothing of it was read; a proxy on this machine has to be trusted like any other, else everybody behind it counts as one client (SALLYPORT_TRUSTED_PROXIES)',
  odd: 'a request came from a trusted proxy, but its X-Forwarded-For and Forwarded lead to no single client, so it counts as the proxy’s own; a proxy has to write one of them and drop the other (SALLYPORT_TRUSTED_PROXIES)',
}

/** A zone, as in `fe80::1%eth0`, is this machine's name for a link, and nothing of the peer's. */
function peerOf(socketAddress = ''): string {
  return canonicalAddress(socketAddress.replace(/%.*$/, '')) ?? ''
}

/** The first hop that is no trusted proxy, or the last of all; `undefined` where one on the way cannot be read. */
function lastBelieved(hops: Hops = [], trusted: BlockList): string | undefined {
  let client: string | undefined
  for (const hop of hops) {
    client = addressOfHop(hop)
    if (client === undefined || !isTrusted(client, trusted)) return client
  }
  return client
}

function agreed(clients: readonly (string | undefined)[]): string | undefined {
  const [client] = clients
  return clients.every((one) => one === client) ? client : undefined
}

function isTrusted(address: string, trusted: BlockList): boolean {
  return trusted.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}

function isThisMachine(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
