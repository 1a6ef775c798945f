import type { Instant } from '../../kernel/clock.ts'
import type { SigningKeyRecord } from './signing-key.ts'

/** Keeps signing keys. Promises, proven for each store by `signingKeyStoreContract`: */
export interface SigningKeyStore {
  list(): Promise<SigningKeyRecord[]>

  /** Adds the key, unless there is one of its generation: of any number of parallel callers one is told `true`. */
  add(record: SigningKeyRecord): Promise<boolean>

  /** Replaces the sealed form, if it is still `former`. */
  reseal(id: string, former: string, sealed: string): Promise<boolean>

  /** From now on nothing that it has signed is good. `false` when there is no such key, or it is retired already. */
  retire(id: string, now: Instant): Promise<boolean>

  remove(ids: readonly string[]): Promise<void>
}
