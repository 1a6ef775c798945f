import { parseJson } from '../../kernel/json.ts'
import { base64 } from '../bytes.ts'
import { scheme } from '../define.ts'
import type { Scheme } from '../scheme.ts'
import { type Argon2Type, readArgon2 } from './argon2.ts'
import { type Pbkdf2Prf, readPbkdf2 } from './pbkdf2.ts'

// A credential as Keycloak exports it with a realm: JSON that holds two texts that are JSON again.
// https://www.keycloak.org/docs-api/latest/rest-api/#CredentialRepresentation

/** What may stand beside, and says nothing about the hash. */
const remarks = ['id', 'userLabel', 'createdDate', 'priority', 'temporary', 'federationLink']

const prfs = new Map<unknown, Pbkdf2Prf>([
  ['pbkdf2', 'sha1'],
  ['pbkdf2-sha256', 'sha256'],
  ['pbkdf2-sha512', 'sha512'],
])

export const keycloakPbkdf2: Scheme = scheme('keycloak_pbkdf2', 'import', (text) => {
  const credential = readCredential(text)
  const prf = credential && prfs.get(credential.algorithm)
  if (!prf || !fieldsOf(credential.parameters, [])) return undefined
  const { rounds, salt, digest } = credential
  return readPbkdf2('keycloak_pbkdf2', { prf, rounds, salt, digest })
})

const argon2Fields = ['hashLength', 'memory', 'type', 'version', 'parallelism']
const types = new Map<unknown, Argon2Type>([
  ['d', 'argon2d'],
  ['i', 'argon2i'],
  ['id', 'argon2id'],
])
const versions = new Map<unknown, 16 | 19>([
  ['1.0', 16],
  ['1.3', 19],
])

export const keycloakArgon2: Scheme = scheme('keycloak_argon2', 'import', (text) => {
  const credential = readCredential(text)
  if (credential?.algorithm !== 'argon2') return undefined
  const lists = fieldsOf(credential.parameters, argon2Fields)
  if (!lists) return undefined
  const [size, memory, typeName, versionName, lanes] = argon2Fields.map((name) => only(lists[name]))
  const type = types.get(typeName)
  const version = versions.get(versionName)
  const { rounds, salt, digest } = credential
  if (!type || !version || numberOf(size) !== digest.byteLength) return undefined
  const cost = { memory: numberOf(memory), passes: rounds, lanes: numberOf(lanes) }
  return readArgon2('keycloak_argon2', { type, version, cost, salt, digest })
})

interface Credential {
  readonly algorithm: unknown
  readonly rounds: number
  readonly parameters: unknown
  readonly salt: Uint8Array
  readonly digest: Uint8Array
}

function readCredential(text: string): Credential | undefined {
  const outer = fieldsOf(parse(text), ['type', 'secretData', 'credentialData'], remarks)
  if (outer?.['type'] !== 'password') return undefined
  const secret = fieldsOf(parse(outer['secretData']), ['value', 'salt'], ['additionalParameters'])
  const data = fieldsOf(
    parse(outer['credentialData']),
    ['hashIterations', 'algorithm'],
    ['additionalParameters'],
  )
  if (!secret || !data || !fieldsOf(secret['additionalParameters'] ?? {}, [])) return undefined
  const salt = bytesOf(secret['salt'])
  const digest = bytesOf(secret['value'])
  const rounds = data['hashIterations']
  if (!salt || !digest || !Number.isSafeInteger(rounds)) return undefined
  const parameters = data['additionalParameters'] ?? {}
  return { algorithm: data['algorithm'], rounds: rounds as number, parameters, salt, digest }
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  const parsed = parseJson(text, 3)
  return parsed.kind === 'parsed' ? parsed.value : undefined
}

/** The value as an object that has all of these fields, perhaps those, and no others. */
function fieldsOf(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const names = Object.keys(value)
  const known = names.every((name) => required.includes(name) || optional.includes(name))
  const complete = required.every((name) => names.includes(name))
  return known && complete ? (value as Record<string, unknown>) : undefined
}

/** Parameters are lists, of which each has one entry. */
function only(list: unknown): unknown {
  return Array.isArray(list) && list.length === 1 ? list[0] : undefined
}

function numberOf(text: unknown): number {
  return typeof text === 'string' && /^[1-9]\d{0,7}$/.test(text) ? Number(text) : Number.NaN
}

function bytesOf(text: unknown): Uint8Array | undefined {
  return typeof text === 'string' ? base64.decode(text) : undefined
}
