import { z } from 'zod'
import type { GivenFactor, GivenProof, TypedFactor } from '../core/flows/proving/index.ts'
import { parseJson } from '../kernel/json.ts'
import { Secret } from '../kernel/secret.ts'

/** What somebody sends to prove who they are: one of these. */
export interface ProofBody {
  readonly password?: string | undefined
  readonly code?: string | undefined
  readonly recovery_code?: string | undefined
  readonly credential?: unknown
}

const maxDepth = 8

/** What a browser has answered: an object, or as a form can hold it, its JSON. */
export const credential: z.ZodType<unknown> = z.union([
  z.record(z.string(), z.unknown()),
  z.string().transform((text) => {
    const parsed = parseJson(text, maxDepth)
    return parsed.kind === 'parsed' ? parsed.value : null
  }),
])

type Shape = Readonly<Record<string, z.ZodType>>

/** Exactly one proof, of those that a route takes, and whatever else it reads: of two, one would be spent for nothing. */
export function proofShapes<More>(
  kinds: readonly (keyof ProofBody)[],
  more: Shape = {},
): z.ZodType<ProofBody & More> {
  const shapes = kinds.map((kind) => z.object({ ...noProof, [kind]: proofFields[kind], ...more }))
  return z.union(shapes) as unknown as z.ZodType<ProofBody & More>
}

const proofFields: Readonly<Record<keyof ProofBody, z.ZodType>> = {
  code: z.string(),
  recovery_code: z.string(),
  credential,
  password: z.string(),
}

const absent = z.undefined().optional()
const noProof = { code: absent, recovery_code: absent, credential: absent, password: absent }

export function proofIn({ password, ...body }: ProofBody): GivenProof {
  return password === undefined
    ? factorIn(body)
    : { kind: 'password', password: new Secret(password) }
}

export function factorIn({ code, recovery_code, credential }: ProofBody): GivenFactor {
  return code === undefined && recovery_code === undefined
    ? { kind: 'passkey', response: credential }
    : typedIn({ code, recovery_code })
}

function typedIn({ code, recovery_code }: ProofBody): TypedFactor {
  return code === undefined
    ? { kind: 'recovery_code', code: new Secret(recovery_code ?? '') }
    : { kind: 'totp', code: new Secret(code) }
}

/** Where one field is for either: six digits are a code of the app. */
export function eitherIn({ code = '', credential }: ProofBody): GivenFactor {
  if (credential !== undefined) return { kind: 'passkey', response: credential }
  const kind = /^[\d \t]*$/.test(code) ? 'totp' : 'recovery_code'
  return { kind, code: new Secret(code) }
}
