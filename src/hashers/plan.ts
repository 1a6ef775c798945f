import { createHmac } from 'node:crypto'
import { bytesOf, passwordRefusal } from './password.ts'
import type {
  Cost,
  HashContext,
  HashRefusal,
  MakingScheme,
  Password,
  StoredHash,
} from './scheme.ts'
import { makingSchemes, readHash } from './schemes/index.ts'

/** A key that is mixed into passwords before they are hashed, and kept apart from the hashes. */
export interface PepperKey {
  readonly id: string
  readonly key: Uint8Array
}

/**
 * What a context believes and what it makes: everything about it that does no work. Plain values, so
 * that it can be handed to the hashing threads.
 */
export interface Plan {
  /** The scheme that makes new hashes. */
  readonly making: string
  /** What each scheme of the core costs here. */
  readonly costs: ReadonlyMap<string, Cost>
  /** Every scheme that is verified, in the order in which hashes are read; the making one is first. */
  readonly accepted: readonly string[]
  /** Accepted, and replaced at the next opportunity. */
  readonly deprecated: readonly string[]
  /** The first one is mixed into new hashes, the others are still understood. None: no keyed step. */
  readonly pepper: readonly PepperKey[]
}

/** A stored hash as a context sees it. */
export interface PlannedHash extends StoredHash {
  /** Would a new hash be better: another scheme, a higher cost, another key, a newer form? */
  readonly needsRehash: boolean
  /** Does it cost exactly what a new hash costs? A dearer one of the same scheme does not. */
  readonly costsAsNew: boolean
}

/** `$keyed$k=ID` in front of what is hashed with that key: of the core only, whose hashes start with `$`. */
const keyedShape = /^\$keyed\$k=([A-Za-z0-9_.-]{1,32})(\$.+)$/

/** The id of the key that a hash was made with, whether it is here or not. */
export function keyOf(text: string): string | undefined {
  return keyedShape.exec(text)?.[1]
}

/** Reads a hash if the plan accepts its scheme and its cost, and knows its key. Cheap; never throws. */
export function readPlanned(
  plan: Plan,
  text: string,
  { user }: Pick<HashContext, 'user'> = {},
): PlannedHash | undefined {
  const keyed = typeof text === 'string' ? keyedShape.exec(text) : null
  const inner = keyed ? (keyed[2] as string) : text
  const pepper = keyed && plan.pepper.find(({ id }) => id === keyed[1])
  if (keyed && !pepper) return undefined
  const hash = readHash(inner, plan.accepted, { user, mostBcrypt: mostBcrypt(plan) })
  if (!hash || (pepper && !makingSchemes.has(hash.scheme))) return undefined

  const needsRehash = isOutdated(plan, hash) || pepper?.id !== plan.pepper[0]?.id
  const costsAsNew = !needsRehash && costsWhatIsMade(plan, hash)
  if (!pepper) return { ...hash, needsRehash, costsAsNew }
  const matches: StoredHash['matches'] = (password) => {
    const mixed = mix(password, pepper)
    return mixed !== undefined && hash.matches(mixed)
  }
  return { ...hash, needsRehash, costsAsNew, matches }
}

/** Makes a hash by the plan, or by another scheme of the core. Blocks for as long as it costs. */
export function makePlanned(
  plan: Plan,
  { password, salt, scheme }: { password: Password; salt: Uint8Array; scheme: string },
): string {
  const { making, cost } = makerOf(plan, scheme)
  const pepper = plan.pepper[0]
  const mixed = pepper ? (mix(password, pepper) ?? password) : password
  return envelope(pepper, making.make(mixed, salt, cost))
}

/** The rule that stands against a hash of this password. */
export function refusalOf(plan: Plan, password: Password, scheme: string): HashRefusal | undefined {
  // What is mixed with a key is short, and has no NUL.
  if (plan.pepper.length > 0) return passwordRefusal(password)
  const { making, cost } = makerOf(plan, scheme)
  return making.refusal(password, cost)
}

/** A hash with a random digest: to find a password for it is to break the scheme. Costs nothing to make. */
export function decoyFor(plan: Plan, random: (size: number) => Uint8Array): string {
  const { making, cost } = makerOf(plan, plan.making)
  const text = making.format(random(making.saltBytes), random(making.digestBytes), cost)
  return envelope(plan.pepper[0], text)
}

export function makerOf(plan: Plan, name: string): { making: MakingScheme; cost: Cost } {
  const making = makingSchemes.get(name) as MakingScheme
  return { making, cost: plan.costs.get(name) ?? making.defaultCost }
}

function envelope(pepper: PepperKey | undefined, text: string): string {
  return pepper ? `$keyed$k=${pepper.id}${text}` : text
}

/**
 * HMAC-SHA-256, in base64url: 43 characters without NUL, within every scheme's bounds. Whoever has the
 * hashes but not the key cannot try a single password (NIST SP 800-63B-4, 3.1.1.2).
 */
function mix(password: Password, { key }: PepperKey): string | undefined {
  const bytes = bytesOf(password)
  return bytes && createHmac('sha256', key).update(bytes).digest('base64url')
}

function isOutdated(plan: Plan, hash: StoredHash): boolean {
  if (hash.outdated || plan.deprecated.includes(hash.scheme)) return true
  const making = makingSchemes.get(hash.scheme)
  return making?.isWeaker(hash.cost, makerOf(plan, hash.scheme).cost) ?? false
}

/** Of a hash that is not weaker than a new one. */
function costsWhatIsMade(plan: Plan, { scheme, cost }: StoredHash): boolean {
  const { making, cost: made } = makerOf(plan, plan.making)
  return scheme === making.name && !making.isWeaker(made, cost)
}

/** Who makes bcrypt hashes beyond the usual bound wants them verified. */
function mostBcrypt(plan: Plan): number {
  const costs = ['bcrypt', 'bcrypt_sha256'].map((name) => plan.costs.get(name)?.['cost'] ?? 0)
  return Math.max(...costs)
}
