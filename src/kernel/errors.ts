/** What went wrong unexpectedly, in words that stay the same between versions. */
export type FaultCode =
  | 'store_unavailable'
  | 'overloaded'
  | 'configuration_invalid'
  | 'password_context_misused'
  | 'hash_refused'
  | 'token_key_refused'
  | 'tokens_misused'

/** A fault: nobody's answer, always somebody's problem. Expected refusals are values, not faults. */
export abstract class SallyportError extends Error {
  abstract readonly code: FaultCode
}

/** A fault in words for the operator: a line for each reason, with the cause where there is one. */
export function linesOf(fault: SallyportError): string[] {
  return fault.message.split('\n').map((line) => `${line}${causeOf(fault)}`)
}

function causeOf({ cause }: SallyportError): string {
  if (!(cause instanceof Error)) return ''
  return ` (${cause.message || (cause as { code?: string }).code})`
}

/** What keeps something for us. */
export type StoreName = 'sqlite' | 'postgres' | 'redis' | 'memcached' | 'filesystem'

/** The store cannot answer now. Nobody is known to be signed in or out: deny, say 503, try again later. */
export class StoreUnavailableError extends SallyportError {
  readonly code = 'store_unavailable'
  override readonly name = 'StoreUnavailableError'
  /** Which one, for whoever watches the server; `undefined` where it is not one of ours. */
  readonly store: StoreName | undefined

  constructor(
    message: string,
    { store, ...options }: ErrorOptions & { readonly store?: StoreName } = {},
  ) {
    super(message, options)
    this.store = store
  }
}

/** More work than the bound allows: the caller should come back after `retryAfterSeconds`. */
export class OverloadedError extends SallyportError {
  readonly code = 'overloaded'
  override readonly name = 'OverloadedError'
  readonly retryAfterSeconds: number

  constructor(message: string, retryAfterSeconds: number) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The configuration cannot be used. `problems` holds one line for each reason, all found at once. */
export class ConfigurationError extends SallyportError {
  readonly code = 'configuration_invalid'
  override readonly name = 'ConfigurationError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}
