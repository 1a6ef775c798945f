import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Algorithm, generateKey, signToken, verifyToken } from '../../src/jwt/index.ts'
import { encode, forge } from './forge.ts'

const start = 1_800_000_000
const clock = { now: () => start * 1000 }

/** Those that verify fast take the greater part. */
const weights: Readonly<Record<Algorithm, number>> = {
  HS256: 60,
  EdDSA: 34,
  ES256: 4,
  RS256: 1,
  PS256: 1,
}

async function worldOf(algorithm: Algorithm) {
  const [key, stranger] = await Promise.all([generateKey(algorithm), generateKey(algorithm)])
  const claims = [{ sub: 'ann' }, { sub: 'bob', role: 'admin' }, { aud: 'api', more: [{ a: 1 }] }]
  const texts = claims.map((one) => signToken(one, { key, lifetimeSeconds: 900, clock }))
  return { algorithm, key, stranger, texts, good: new Set(texts) }
}

type World = Awaited<ReturnType<typeof worldOf>>

const worlds = await Promise.all((Object.keys(weights) as Algorithm[]).map(worldOf))
const world = fc.oneof(
  ...worlds.map((one) => ({ weight: weights[one.algorithm], arbitrary: fc.constant(one) })),
)

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...alphabet) },
  { weight: 1, arbitrary: fc.constantFrom('.', '..', '=', '+', '/', ' ', '\n', '\t', '\0', '%2E') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
)
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const which = fc.nat({ max: 2 })

type Mutation = (world: World, text: string) => string
const at = (text: string, share: number) => Math.floor(share * text.length)

const flip = fc.tuple(place, piece).map(
  ([share, put]): Mutation =>
    (_, text) => {
      const from = at(text, share)
      return text.slice(0, from) + put + text.slice(from + 1)
    },
)

const insert = fc.tuple(place, piece).map(
  ([share, put]): Mutation =>
    (_, text) => {
      const from = at(text, share)
      return text.slice(0, from) + put + text.slice(from)
    },
)

const cut = fc.tuple(place, fc.integer({ min: 1, max: 8 })).map(
  ([share, length]): Mutation =>
    (_, text) => {
      const from = at(text, share)
      return text.slice(0, from) + text.slice(from + length)
    },
)

const repeat = fc.tuple(place, fc.integer({ min: 1, max: 8 })).map(
  ([share, length]): Mutation =>
    (_, text) => {
      const from = at(text, share)
      return text.slice(0, from + length) + text.slice(from)
    },
)

const reorder = fc.array(which, { maxLength: 4 }).map(
  (order): Mutation =>
    (_, text) => {
      const segments = text.split('.')
      return order.map((one) => segments[one]).join('.')
    },
)

const splice = fc.tuple(which, place, place).map(
  ([other, mine, theirs]): Mutation =>
    ({ texts }, text) => {
      const end = texts[other] as string
      return text.slice(0, at(text, mine)) + end.slice(at(end, theirs))
    },
)

const mix = fc.tuple(which, which, which).map(
  (order): Mutation =>
    ({ texts }) =>
      order.map((one, segment) => texts[one]?.split('.')[segment]).join('.'),
)

const name = fc.constantFrom('alg', 'typ', 'kid', 'jwk', 'crit', 'sub', 'exp', 'aud', 'iat', 'x')
const change = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
  noNullPrototype: true,
})

/** Whatever header and claims, signed: but by somebody else. */
const resign = fc.tuple(change, change).map(
  ([header, payload]): Mutation =>
    ({ stranger }, text) => {
      const [head, body] = text.split('.').map(jsonOf)
      return forge({ ...head, ...header }, { ...body, ...payload }, stranger)
    },
)

/** The same, with the signature as it was. */
const keep = fc.tuple(change, change).map(
  ([header, payload]): Mutation =>
    (_, text) => {
      const [head = '', body = '', signature] = text.split('.')
      return `${encode({ ...jsonOf(head), ...header })}.${encode({ ...jsonOf(body), ...payload })}.${signature}`
    },
)

function jsonOf(segment: string): object {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString())
  } catch {
    return {}
  }
}

const mutations = fc.oneof(
  { weight: 4, arbitrary: flip },
  { weight: 2, arbitrary: insert },
  { weight: 2, arbitrary: cut },
  { weight: 2, arbitrary: repeat },
  { weight: 1, arbitrary: reorder },
  { weight: 2, arbitrary: splice },
  { weight: 1, arbitrary: mix },
  { weight: 1, arbitrary: resign },
  { weight: 1, arbitrary: keep },
)

it('accepts a token only as it was signed, to the character, and throws for none: 100,000 times', () => {
  const verdicts = new Map<string, number>()
  const property = fc.property(world, which, mutations, (one, index, mutate) => {
    const text = mutate(one, one.texts[index] as string)
    const outcome = verifyToken(text, {
      keys: one.key,
      algorithms: [one.algorithm],
      audience: 'api',
      clock,
    })
    const verdict = outcome.kind === 'refused' ? outcome.reason : outcome.kind
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
    // Only a signature that is right comes to the claims.
    if (!beforeClaims.has(verdict) && !one.good.has(text)) throw new Error(`${verdict}: ${text}`)
  })
  fc.assert(property, { numRuns: 100_000 })
  expect([...verdicts.keys()]).toEqual(expect.arrayContaining([...beforeClaims]))
})

const beforeClaims = new Set([
  'malformed',
  'wrong_algorithm',
  'unsupported',
  'wrong_type',
  'unknown_key',
  'bad_signature',
])

it('throws for no value at all', () => {
  const [{ key, algorithm }] = worlds as [World]
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
      (value) => {
        const outcome = verifyToken(value, { keys: key, algorithms: [algorithm] })
        expect(outcome).toEqual({ kind: 'refused', reason: 'malformed' })
      },
    ),
    { numRuns: 5000 },
  )
})
