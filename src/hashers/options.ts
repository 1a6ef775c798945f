import { SallyportError } from '../kernel/errors.ts'
import type { PepperKey, Plan } from './plan.ts'
import type { Cost, MakingScheme } from './scheme.ts'
import { makingSchemes, schemes } from './schemes/index.ts'

/** How a {@link createPasswordContext} is set up. Every option has a default. */
export interface PasswordContextOptions {
  /**
   * Schemes that are understood, in the order in which hashes are read; the first makes new ones.
   * Default: `argon2id`, then every other one that is not `legacy`.
   */
  readonly schemes?: readonly string[]
  /** Schemes whose hashes are to be replaced. `auto`, the default: all but the first. */
  readonly deprecated?: 'auto' | readonly string[]
  /** Costs other than the defaults: `{ argon2id: { memory: 65536 }, bcrypt: { cost: 13 } }`. */
  readonly costs?: Readonly<Record<string, Cost>>
  /** Keys of at least 32 bytes with an id each; the first makes, all are understood. Default none. */
  readonly pepper?: readonly { readonly id: string; readonly key: string | Uint8Array }[]
  /** Hashing threads. Default one for each core. */
  readonly threads?: number
  /** Told when a hashing thread has died while nobody waited for it; another one takes its place. */
  readonly report?: (error: Error) => void
  /** Hashes that may wait; beyond it callers get an {@link OverloadedError}. Default 128. */
  readonly queue?: number
}

/** A password context cannot be set up, or is used, in this way. `option` names what is wrong. */
export class PasswordContextError extends SallyportError {
  readonly code = 'password_context_misused'
  override readonly name = 'PasswordContextError'
  readonly option: string
  readonly problem: string

  constructor(option: string, problem: string) {
    super(`${option} ${problem}`)
    this.option = option
    this.problem = problem
  }
}

/** Everything that may come from elsewhere; the legacy ones only where they are named. */
export const defaultSchemes: readonly string[] = [...schemes.values()]
  .filter(({ tier }) => tier !== 'legacy')
  .map(({ name }) => name)

/** @throws {PasswordContextError} The first thing that is wrong. */
export function planOf(options: PasswordContextOptions): Plan {
  const { schemes: accepted = defaultSchemes, deprecated = 'auto', costs = {} } = options
  checkNames('schemes', accepted, (name) => schemes.has(name), 'is not a scheme')
  const [making, ...others] = accepted
  if (making === undefined) throw new PasswordContextError('schemes', 'must name at least one')
  if (!makingSchemes.has(making)) {
    throw new PasswordContextError('schemes', `cannot begin with ${making}, which makes no hashes`)
  }
  if (deprecated !== 'auto') {
    checkNames('deprecated', deprecated, (name) => accepted.includes(name), 'is not accepted')
    if (deprecated.includes(making)) {
      throw new PasswordContextError('deprecated', `cannot name ${making}, which makes new hashes`)
    }
  }
  return {
    making,
    costs: new Map(Object.entries(costs).map(([name, cost]) => [name, costOf(name, cost)])),
    accepted: [...accepted],
    deprecated: deprecated === 'auto' ? others : [...deprecated],
    pepper: (options.pepper ?? []).map(pepperOf),
  }
}

/** The scheme's cost with these parts of it changed. */
export function costOf(name: string, given: Cost): Cost {
  const scheme = makingSchemes.get(name)
  const option = `costs.${name}`
  if (!scheme) throw new PasswordContextError(option, 'is not the cost of a scheme of the core')
  const unknown = Object.keys(given).find((part) => !Object.hasOwn(scheme.defaultCost, part))
  if (unknown !== undefined) {
    const known = Object.keys(scheme.defaultCost).join(', ')
    throw new PasswordContextError(option, `has no part ${JSON.stringify(unknown)}, only ${known}`)
  }
  const cost = { ...scheme.defaultCost, ...given }
  if (isOutOfBounds(scheme, cost)) throw new PasswordContextError(option, 'is out of bounds')
  return cost
}

function isOutOfBounds(scheme: MakingScheme, cost: Cost): boolean {
  return scheme.refusal('', cost) === 'cost_out_of_bounds'
}

function checkNames(
  option: string,
  names: readonly string[],
  isKnown: (name: string) => boolean,
  otherwise: string,
): void {
  for (const [at, name] of names.entries()) {
    if (!isKnown(name))
      throw new PasswordContextError(option, `${JSON.stringify(name)} ${otherwise}`)
    if (names.indexOf(name) !== at) throw new PasswordContextError(option, `names ${name} twice`)
  }
}

function pepperOf(
  { id, key }: { readonly id: string; readonly key: string | Uint8Array },
  at: number,
  all: readonly { readonly id: string }[],
): PepperKey {
  if (!/^[A-Za-z0-9_.-]{1,32}$/.test(id)) {
    throw new PasswordContextError('pepper', 'has an id that is not 1 to 32 of A-Z a-z 0-9 _ . -')
  }
  if (all.findIndex((other) => other.id === id) !== at) {
    throw new PasswordContextError('pepper', `has the id ${id} twice`)
  }
  const bytes = Buffer.from(key)
  if (bytes.byteLength < 32) {
    throw new PasswordContextError('pepper', `has a key of less than 32 bytes (${id})`)
  }
  return { id, key: bytes }
}
