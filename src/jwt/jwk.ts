import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { decodeBase64url } from '../kernel/base64url.ts'
import { sha256 } from '../kernel/digest.ts'
import { type Algorithm, isAlgorithm } from './algorithm.ts'
import { TokenKeyError } from './errors.ts'
import { isKeyId, type KeyOptions, keyOf, type TokenKey } from './key.ts'

/** A JSON Web Key (RFC 7517). Members that are not named here are ignored: no certificate is ever looked at. */
export interface JsonWebKey {
  readonly kty?: unknown
  readonly kid?: unknown
  readonly alg?: unknown
  readonly use?: unknown
  readonly key_ops?: unknown
  readonly [member: string]: unknown
}

/** The public form of a key, as a key set shows it. */
export interface PublicJwk {
  readonly kty: string
  readonly alg: Algorithm
  readonly use: 'sig'
  readonly kid?: string
  readonly [member: string]: unknown
}

/** Members that are numbers, by kind of key: the public ones, and those that make it private. */
const members = {
  EC: { public: ['x', 'y'], private: ['d'] },
  OKP: { public: ['x'], private: ['d'] },
  RSA: { public: ['n', 'e'], private: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  oct: { public: [], private: ['k'] },
} as const

type Kind = keyof typeof members

/**
 * Takes a key from its JSON form, public or private (RFC 7517, 7518 and 8037).
 *
 * What the key says of itself counts: `alg`, `use` and `key_ops` must allow signatures, every number must be
 * in its one spelling, and a private part must belong to its public part.
 *
 * @throws {TokenKeyError} It cannot be used; `reason` says why.
 *
 * @example
 * const key = importJwk(JSON.parse(process.env.TOKEN_KEY))
 */
export function importJwk(jwk: JsonWebKey, options: KeyOptions = {}): TokenKey {
  const kind = kindOf(jwk)
  const id = options.id ?? idOf(jwk)
  const algorithm = statedAlgorithm(jwk, options)
  const use = { ...options, ...(id !== undefined && { id }), ...(algorithm && { algorithm }) }
  const numbers = numbersOf(jwk, kind)
  const isPrivate = numbers['d'] !== undefined || kind === 'oct'
  refuseOtherUses(jwk, isPrivate)
  if (kind === 'oct') {
    const secret = createSecretKey(decodeBase64url(numbers['k']) as Buffer)
    return keyOf(secret, secret, use)
  }
  const input = {
    kty: kind,
    ...(typeof jwk['crv'] === 'string' && { crv: jwk['crv'] }),
    ...numbers,
  }
  const verifying = read(() => createPublicKey({ key: publicPart(input), format: 'jwk' }))
  const exported: Readonly<Record<string, unknown>> = verifying.export({ format: 'jwk' })
  // Zeros in front make other bytes of the same number (RFC 7518, 6.2.1.2 and 6.3.1.1).
  if (members[kind].public.some((name) => exported[name] !== numbers[name])) {
    throw new TokenKeyError('malformed')
  }
  if (!isPrivate) return keyOf(verifying, undefined, use)
  const signing = read(() => createPrivateKey({ key: input, format: 'jwk' }))
  return keyOf(verifying, signing, use)
}

/** The public form, to show to whoever verifies. HS256 has none: who can verify could sign. */
export function exportJwk(key: TokenKey): PublicJwk {
  if (key.algorithm === 'HS256') throw new TokenKeyError('unknown_kind')
  return described(key, key.verifying) as PublicJwk
}

/** The private or secret form: whoever has it can sign. */
export function exportPrivateJwk(key: TokenKey): JsonWebKey {
  if (!key.signing) throw new TokenKeyError('not_private')
  return described(key, key.signing)
}

/** SHA-256 of the members that make the key (RFC 7638): the same for everybody who has it, in 43 characters. */
export function thumbprint({ verifying }: Pick<TokenKey, 'verifying'>): string {
  const { kty, crv, e, k, n, x, y } = verifying.export({ format: 'jwk' })
  // In the order of their names; what a kind of key does not have is left out.
  return sha256(JSON.stringify({ crv, e, k, kty, n, x, y }))
}

function described({ algorithm, id }: TokenKey, key: KeyObject): JsonWebKey {
  const kid = id === undefined ? {} : { kid: id }
  return { ...(key.export({ format: 'jwk' }) as JsonWebKey), alg: algorithm, use: 'sig', ...kid }
}

function kindOf(jwk: JsonWebKey): Kind {
  if (typeof jwk !== 'object' || jwk === null) throw new TokenKeyError('malformed')
  const { kty } = jwk
  if (typeof kty === 'string' && Object.hasOwn(members, kty)) return kty as Kind
  throw new TokenKeyError('unknown_kind')
}

function idOf({ kid }: JsonWebKey): string | undefined {
  if (kid === undefined || isKeyId(kid)) return kid
  throw new TokenKeyError('malformed')
}

function statedAlgorithm({ alg }: JsonWebKey, options: KeyOptions): Algorithm | undefined {
  if (alg === undefined) return options.algorithm
  const isAsked = options.algorithm === undefined || options.algorithm === alg
  if (isAlgorithm(alg) && isAsked) return alg
  throw new TokenKeyError('wrong_algorithm')
}

function refuseOtherUses({ use, key_ops }: JsonWebKey, isPrivate: boolean): void {
  const needed = isPrivate ? 'sign' : 'verify'
  const isForSignatures = use === undefined || use === 'sig'
  const allows = key_ops === undefined || (Array.isArray(key_ops) && key_ops.includes(needed))
  if (!isForSignatures || !allows) throw new TokenKeyError('wrong_use')
}

/** Every member that is a number, each in its one spelling. */
function numbersOf(jwk: JsonWebKey, kind: Kind): Record<string, string> {
  const { public: needed, private: secret } = members[kind]
  const present = secret.filter((name) => jwk[name] !== undefined)
  const isWhole = present.length === 0 || present.length === secret.length
  if (!isWhole || (kind === 'oct' && present.length === 0)) throw new TokenKeyError('malformed')
  const numbers: Record<string, string> = {}
  for (const name of [...needed, ...present]) {
    const bytes = decodeBase64url(jwk[name])
    if (!bytes?.byteLength) throw new TokenKeyError('malformed')
    numbers[name] = jwk[name] as string
  }
  return numbers
}

function publicPart(input: Readonly<Record<string, string>>): Record<string, string> {
  const secret: readonly string[] = [...members.RSA.private]
  return Object.fromEntries(Object.entries(input).filter(([name]) => !secret.includes(name)))
}

/** What Node and OpenSSL have to say of a key may quote it. */
function read(make: () => KeyObject): KeyObject {
  try {
    return make()
  } catch {
    throw new TokenKeyError('malformed')
  }
}
