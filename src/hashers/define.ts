import { equalInConstantTime } from '../kernel/digest.ts'
import { bytesOf, passwordRefusal } from './password.ts'
import {
  type Cost,
  type HashContext,
  type HashRefusal,
  HashRefusedError,
  type MakingScheme,
  type Scheme,
  type SchemeTier,
  type StoredHash,
} from './scheme.ts'

/** Beyond every known format, Keycloak's JSON and Firebase's keys included. */
const maxTextLength = 4096

type Reader = (text: string, context: HashContext) => StoredHash | undefined

export function scheme<T extends SchemeTier>(
  name: string,
  tier: T,
  read: Reader,
): Scheme & { readonly tier: T } {
  return {
    name,
    tier,
    // Callers without types, and rows of an import, bring anything.
    read: (text, context = {}) =>
      typeof text === 'string' && text.length <= maxTextLength ? read(text, context) : undefined,
  }
}

export interface StoredDigest {
  readonly scheme: string
  readonly cost?: Cost
  readonly outdated?: boolean
  readonly digest: Uint8Array
  /** `undefined` when no password like this can have such a hash. */
  readonly derive: (password: Uint8Array) => Uint8Array | undefined
}

/** A hash that is checked by deriving the digest again. */
export function storedDigest({ digest, derive, ...parts }: StoredDigest): StoredHash {
  return {
    cost: {},
    outdated: false,
    ...parts,
    matches(password) {
      const bytes = bytesOf(password)
      const derived = bytes && derive(bytes)
      return derived !== undefined && equalInConstantTime(derived, digest)
    },
  }
}

/** A scheme that is another one with something in front of the string, or of the password. */
export interface Wrapping {
  readonly name: string
  readonly tier: SchemeTier
  readonly prefix: string
  readonly inner: Scheme
  readonly prehash?: (password: Uint8Array) => Uint8Array
}

export function wrapping({ name, tier, prefix, inner, prehash }: Wrapping): Scheme {
  return scheme(name, tier, (text, context) => {
    const hash = text.startsWith(prefix) && inner.read(text.slice(prefix.length), context)
    if (!hash) return undefined
    if (!prehash) return { ...hash, scheme: name }
    const matches: StoredHash['matches'] = (password) => {
      const bytes = bytesOf(password)
      return bytes !== undefined && hash.matches(prehash(bytes))
    }
    return { ...hash, scheme: name, matches }
  })
}

interface Making<C extends Cost> {
  readonly name: string
  readonly saltBytes: number
  /** Left out: `saltBytes` and no other, because the format has room for no other. */
  readonly saltRange?: readonly [least: number, most: number]
  readonly digestBytes: number
  readonly defaultCost: C
  readonly read: Reader
  readonly isAcceptable: (cost: C) => boolean
  /** A rule beyond those of every password. */
  readonly refuses?: (password: Uint8Array) => HashRefusal | undefined
  readonly derive: (password: Uint8Array, salt: Uint8Array, cost: C) => Uint8Array
  readonly format: (salt: Uint8Array, digest: Uint8Array, cost: C) => string
  readonly memoryOf: (cost: C) => number
  /** Parameters in which less is weaker. */
  readonly strength: readonly (keyof C & string)[]
}

export function makingScheme<C extends Cost>(parts: Making<C>): MakingScheme<C> {
  const { name, saltBytes, digestBytes, defaultCost, format, derive } = parts
  const [leastSalt, mostSalt] = parts.saltRange ?? [saltBytes, saltBytes]
  const refusal: MakingScheme<C>['refusal'] = (password, cost) => {
    if (!Object.values(cost).every(Number.isSafeInteger) || !parts.isAcceptable(cost)) {
      return 'cost_out_of_bounds'
    }
    return passwordRefusal(password) ?? parts.refuses?.(Buffer.from(password))
  }
  return {
    ...scheme(name, 'core', parts.read),
    saltBytes,
    digestBytes,
    defaultCost,
    refusal,
    format,
    memoryOf: parts.memoryOf,
    make(password, salt, cost) {
      const reason = refusal(password, cost)
      if (reason) throw new HashRefusedError(reason)
      if (salt.byteLength < leastSalt || salt.byteLength > mostSalt) {
        throw new HashRefusedError('salt_size')
      }
      return format(salt, derive(Buffer.from(password), salt, cost), cost)
    },
    isWeaker: (stored, wanted) =>
      parts.strength.some((parameter) => (stored[parameter] ?? 0) < (wanted[parameter] as number)),
  }
}
