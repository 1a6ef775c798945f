import { type Clock, type Duration, minutes } from '../../kernel/clock.ts'
import { equalInConstantTime } from '../../kernel/digest.ts'
import { hmacSha256 } from '../../kernel/hmac.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import { type Random, urlSafe } from '../../kernel/random.ts'

export interface KnownDevicesDependencies {
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
}

/** As long as somebody may be away. It opens nothing: it only keeps strangers' failures apart from the owner's. */
export const knownDeviceLifetime: Duration = minutes(180 * 24 * 60)

/** More people than share a browser. */
const mostAccounts = 5

/** What a browser says of itself, once it is known that we have said so. */
interface KnownDevice {
  readonly id: string
  readonly accounts: readonly KnownAccount[]
}

interface KnownAccount {
  readonly hash: string
  readonly since: number
}

/**
 * Browsers on which somebody has signed in, with all that was due. Signed and kept by the browser: nothing is stored.
 * The text is `<id>.<account>.<account>….<signature>`, each account a keyed hash and the minute in which it signed in.
 */
export class KnownDevices {
  readonly #deps: KnownDevicesDependencies

  constructor(deps: KnownDevicesDependencies) {
    this.#deps = deps
  }

  /** What the browser is given after a sign-in: the accounts that it is known to stay known. */
  remember(given: string | undefined, identifier: string): string {
    const { keys, clock, random } = this.#deps
    const [key] = keys.for('known device')
    const before = this.#read(given)
    const hash = hashOf(identifier, key)
    const others = before?.accounts.filter((one) => one.hash !== hash) ?? []
    const accounts = [{ hash, since: minuteOf(clock.now()) }, ...others].slice(0, mostAccounts)
    const parts = accounts.map((one) => `${one.hash}-${one.since.toString(36)}`)
    const text = [before?.id ?? urlSafe(random, 16), ...parts].join('.')
    return `${text}.${signatureOf(text, key)}`
  }

  /** Has this account signed in on it? Gives the name of the device. */
  knows(given: string | undefined, identifier: string): string | undefined {
    const device = this.#read(given)
    if (!device) return undefined
    const hashes = this.#deps.keys.for('known device').map((key) => hashOf(identifier, key))
    const isKnown = device.accounts.some(({ hash }) => hashes.includes(hash))
    return isKnown ? device.id : undefined
  }

  /** Has anybody signed in on it? */
  isKnown(given: string | undefined): boolean {
    return this.#read(given) !== undefined
  }

  #read(given: string | undefined): KnownDevice | undefined {
    // A longer one is none of ours.
    if (given === undefined || given.length > 512) return undefined
    const end = given.lastIndexOf('.')
    const text = given.slice(0, Math.max(end, 0))
    const signature = Buffer.from(given.slice(end + 1))
    const isOurs = this.#deps.keys
      .for('known device')
      .some((key) => equalInConstantTime(Buffer.from(signatureOf(text, key)), signature))
    if (!isOurs) return undefined
    const [id = '', ...parts] = text.split('.')
    const oldest = minuteOf(this.#deps.clock.now()) - knownDeviceLifetime / 60_000
    const accounts = parts.map(accountOf).filter(({ since }) => since > oldest)
    return accounts.length > 0 ? { id, accounts } : undefined
  }
}

function accountOf(part: string): KnownAccount {
  const dash = part.lastIndexOf('-')
  return { hash: part.slice(0, dash), since: Number.parseInt(part.slice(dash + 1), 36) }
}

function minuteOf(now: number): number {
  return Math.floor(now / 60_000)
}

/** Half of an HMAC is enough to tell accounts apart, and keeps the cookie short (RFC 2104, 5). */
function hashOf(identifier: string, key: Uint8Array): string {
  const hmac = Buffer.from(hmacSha256(key, `account ${identifier}`), 'base64url')
  return hmac.toString('base64url', 0, 16)
}

function signatureOf(text: string, key: Uint8Array): string {
  return hmacSha256(key, `device ${text}`)
}
