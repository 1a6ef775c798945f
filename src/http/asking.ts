import { AsyncLocalStorage } from 'node:async_hooks'
import type { Client } from '../core/sessions/index.ts'

const nobody: Client = { agent: '', address: '' }

/**
 * From where whatever is being done is asked. It goes along by itself, for the audit trail alone: nothing is decided by
 * it.
 */
export class Asking {
  readonly #clients = new AsyncLocalStorage<Client>()

  /** The client whose request this code runs for; nobody's, where it runs for none. */
  get client(): Client {
    return this.#clients.getStore() ?? nobody
  }

  from<Result>(client: Client, work: () => Result): Result {
    return this.#clients.run(client, work)
  }
}
