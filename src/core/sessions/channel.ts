import type { Instant } from '../../kernel/clock.ts'
import type { Word } from './revocation.ts'

/** Carries word of revocations between the processes of one deployment. */
export interface RevocationChannel {
  /**
   * Sends word to everybody who listens, this process included. What could not be sent is sent before
   * the next word.
   * @throws {StoreUnavailableError} It is not on its way.
   */
  send(words: readonly Word[]): Promise<void>

  listen(hearer: Hearer): void

  /** Has every word that was sent until a second ago been heard here? Else nothing remembered may be trusted. */
  isHeard(now: Instant): boolean
}

export interface Hearer {
  told(word: Word): void

  /** Words may have been missed: forget everything. */
  missed(): void
}
