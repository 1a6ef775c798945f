import {
  createHmac,
  type KeyObject,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
} from 'node:crypto'
import { createRequire } from 'node:module'
import { createSigner, createVerifier } from 'fast-jwt'
import * as jose from 'jose'
import {
  type Algorithm,
  exportPem,
  exportPrivateJwk,
  exportPrivatePem,
  signToken,
  type TokenKey,
  verifyToken,
} from '../src/jwt/index.ts'

/** Who signs and verifies. An answer that is not the one expected is told by `false`. */
export interface TokenLibrary {
  readonly name: string
  readonly sign: (turn: number) => unknown
  readonly verify: (turn: number) => boolean | Promise<boolean>
}

/** Tokens in turn, so that none is the one that was verified just before. */
export const tokenCount = 64

const issuer = 'https://id.example.com'
const audience = 'https://api.example.com'
const day = 86_400
const personal = { sub: 'acc_4fW8mK2yQpXcVbNzRtLs1A', jti: 'tHqkDzXr3Yw7PnVbKc2LsA', role: 'admin' }
const said = { iss: issuer, aud: audience, ...personal }

export async function tokenLibraries(key: TokenKey): Promise<readonly TokenLibrary[]> {
  const tokens = Array.from({ length: tokenCount }, (_, turn) =>
    signToken({ ...said, jti: `${personal.jti}${turn}` }, { key, lifetimeSeconds: day }),
  )
  const tokenOf = (turn: number) => tokens[turn % tokenCount] as string
  const classic = key.algorithm === 'EdDSA' ? [] : [jsonwebtoken(key, tokenOf)]
  return [
    bare(key, tokens),
    sallyport(key, tokenOf),
    await joseOf(key, tokenOf),
    fastJwt(key, tokenOf),
    ...classic,
  ]
}

/** The signature alone: bytes in, bytes out. No base64, no JSON, no claims. */
function bare(
  { algorithm, signing, verifying }: TokenKey,
  tokens: readonly string[],
): TokenLibrary {
  const parts = tokens.map((token) => {
    const end = token.lastIndexOf('.')
    const signature = Buffer.from(token.slice(end + 1), 'base64url')
    return { input: Buffer.from(token.slice(0, end)), signature }
  })
  const partOf = (turn: number) => parts[turn % tokenCount] as (typeof parts)[number]
  const name = 'node:crypto'
  if (algorithm === 'HS256') {
    const macOf = (input: Buffer) => createHmac('sha256', verifying).update(input).digest()
    return {
      name,
      sign: (turn) => macOf(partOf(turn).input),
      verify: (turn) => {
        const { input, signature } = partOf(turn)
        return timingSafeEqual(macOf(input), signature)
      },
    }
  }
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  const how = options[algorithm]
  const closed = how ? { key: signing as KeyObject, ...how } : (signing as KeyObject)
  const open = how ? { key: verifying, ...how } : verifying
  return {
    name,
    sign: (turn) => signBytes(digest, partOf(turn).input, closed),
    verify: (turn) => {
      const { input, signature } = partOf(turn)
      return verifyBytes(digest, input, open, signature)
    },
  }
}

/** A key that needs none is handed over as it is: that is faster. */
const options = {
  EdDSA: undefined,
  ES256: { dsaEncoding: 'ieee-p1363' },
  PS256: { padding: 6, saltLength: 32 },
  RS256: undefined,
} as const

/** Makes a `jti` of its own, as it does by default; the others are given one. */
function sallyport(key: TokenKey, tokenOf: (turn: number) => string): TokenLibrary {
  const { jti: _, ...rest } = said
  const expected = { keys: key, algorithms: [key.algorithm], issuer, audience }
  return {
    name: 'sallyport',
    sign: () => signToken(rest, { key, lifetimeSeconds: day }),
    verify: (turn) => verifyToken(tokenOf(turn), expected).kind === 'verified',
  }
}

async function joseOf(key: TokenKey, tokenOf: (turn: number) => string): Promise<TokenLibrary> {
  const { algorithm: alg, id: kid = '' } = key
  const jwk = exportPrivateJwk(key) as jose.JWK
  const { d: _, p: __, q: ___, dp, dq, qi, ...open } = jwk
  const signing = await jose.importJWK(jwk, alg)
  const verifying = await jose.importJWK(open as jose.JWK, alg)
  const expected = { algorithms: [alg], issuer, audience }
  return {
    name: 'jose',
    sign: () =>
      new jose.SignJWT(said)
        .setProtectedHeader({ alg, typ: 'JWT', kid })
        .setIssuedAt()
        .setExpirationTime('1d')
        .sign(signing),
    verify: async (turn) =>
      (await jose.jwtVerify(tokenOf(turn), verifying, expected)).payload.sub === said.sub,
  }
}

function fastJwt(key: TokenKey, tokenOf: (turn: number) => string): TokenLibrary {
  const { algorithm, id: kid = '' } = key
  const isSecret = algorithm === 'HS256'
  const sign = createSigner({
    key: isSecret ? key.verifying.export() : exportPrivatePem(key),
    algorithm,
    kid,
    iss: issuer,
    aud: audience,
    expiresIn: day * 1000,
  })
  const verify = createVerifier({
    key: isSecret ? key.verifying.export() : exportPem(key),
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    cache: false,
  })
  return {
    name: 'fast-jwt',
    sign: () => sign({ ...personal }),
    verify: (turn) => verify(tokenOf(turn)).sub === said.sub,
  }
}

/** What is used of a library that has no types of its own. */
interface JsonWebToken {
  sign(claims: object, key: KeyObject, options: object): string
  verify(token: string, key: KeyObject, options: object): { readonly sub?: string }
}

function jsonwebtoken(key: TokenKey, tokenOf: (turn: number) => string): TokenLibrary {
  const { sign, verify }: JsonWebToken = createRequire(import.meta.url)('jsonwebtoken')
  const { algorithm, id: keyid, verifying } = key
  const signing = key.signing as KeyObject
  const how = { algorithm, keyid, issuer, audience, expiresIn: day }
  const expected = { algorithms: [algorithm] satisfies Algorithm[], issuer, audience }
  return {
    name: 'jsonwebtoken',
    sign: () => sign({ ...personal }, signing, how),
    verify: (turn) => verify(tokenOf(turn), verifying, expected).sub === said.sub,
  }
}
