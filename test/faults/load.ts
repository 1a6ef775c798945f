import {
  type Answer,
  aPerson,
  type Credential,
  credentialOf,
  me,
  type Person,
  register,
  signIn,
} from '../support/client.ts'
import { eventually } from '../support/eventually.ts'

/** Registrations and sign-ins in parallel, and a record of what the server has promised meanwhile. */
export class Load {
  /** Answered 201: they must be able to sign in for ever. */
  readonly accounts: Person[] = []
  /** Answered 200: they must be known until they end. */
  readonly sessions: Credential[] = []
  /** Sent to register, and never answered: made whole or not at all. */
  readonly unanswered: Person[] = []
  /** Every answer that promised nothing. */
  readonly refusals: Answer[] = []
  inFlight = 0
  readonly #url: string
  #stopping = false
  #workers: Promise<void>[] = []

  constructor(url: string) {
    this.#url = url
  }

  /** One request in flight for each worker, until the server is gone or the load is stopped. */
  start(workers: number): void {
    this.#workers = Array.from({ length: workers }, (_, at) => this.#work(at))
  }

  /** So that the server is known to be in the middle of it. */
  async untilAcknowledged(count: number): Promise<void> {
    const isSo = () => this.accounts.length + this.sessions.length >= count
    await eventually(`${count} accounts and sessions`, isSo, 60_000)
  }

  /** The requests in flight have been answered, or have failed. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#workers)
  }

  async #work(at: number): Promise<void> {
    const transport = at % 2 === 0 ? 'cookie' : 'bearer'
    while (!this.#stopping) {
      const person = aPerson()
      const registered = await this.#sent(register(this.#url, person))
      if (!registered) this.unanswered.push(person)
      if (registered?.status !== 201) {
        if (!registered) return
        this.refusals.push(registered)
        continue
      }
      this.accounts.push(person)
      const signedIn = await this.#sent(signIn(this.#url, person, transport))
      if (signedIn?.status === 200) this.sessions.push(credentialOf(signedIn))
      else if (signedIn) this.refusals.push(signedIn)
    }
  }

  /** `undefined` when the connection broke before the whole answer was there. */
  async #sent(request: Promise<Answer>): Promise<Answer | undefined> {
    this.inFlight++
    try {
      return await request
    } catch {
      return undefined
    } finally {
      this.inFlight--
    }
  }
}

/** Checks every promise of a load against the server as it is now; gives those that are broken. */
export async function brokenPromises(
  url: string,
  { accounts, sessions, unanswered }: Pick<Load, 'accounts' | 'sessions' | 'unanswered'>,
): Promise<string[]> {
  const found: string[] = []
  const expected = async (what: string, wanted: number, answer: Promise<Answer>) => {
    const { status } = await answer
    if (status !== wanted) found.push(`${what}: ${status} instead of ${wanted}`)
  }
  await inTurns(accounts, (person) => expected('an account', 200, signIn(url, person)))
  await inTurns(sessions, (credential) => expected('a session', 200, me(url, credential)))
  await inTurns(unanswered, async (person) => {
    // Taken, then it is there with its password; not taken, then it can be made.
    const { status } = await register(url, person)
    if (status !== 201 && status !== 400) found.push(`registering again: ${status}`)
    await expected('an account that was never answered', 200, signIn(url, person))
  })
  return found
}

/** Sixteen at a time: far below the bound of the hashing queue. */
async function inTurns<Item>(
  items: readonly Item[],
  check: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await check(item)
  }
  await Promise.all(Array.from({ length: 16 }, lane))
}
