import {
  type PasswordHasher,
  type PasswordJudge,
  type PasswordStore,
  Passwords,
} from '../../core/passwords/index.ts'

/** Passwords of one account, of which nothing is kept but how many wrong ones there were in a row. */
export class FailureCounts {
  count: number
  /** What was asked of the store, in order. */
  readonly asked: string[] = []
  readonly service: Passwords

  constructor(count = 0) {
    this.count = count
    this.service = new Passwords({
      hasher: { decoy: () => 'decoy' } as unknown as PasswordHasher,
      store: this.#store as PasswordStore,
      judge: {} as PasswordJudge,
      report: () => undefined,
    })
  }

  get #store(): Pick<PasswordStore, 'countFailure' | 'forgetFailures' | 'failures'> {
    return {
      countFailure: async (owner, most) => {
        this.asked.push('countFailure')
        if (!owner || this.count >= most) return undefined
        this.count += 1
        return this.count
      },
      forgetFailures: async (_owner, most) => {
        this.asked.push('forgetFailures')
        if (this.count >= most) return false
        this.count = 0
        return true
      },
      failures: async () => this.count,
    }
  }
}
