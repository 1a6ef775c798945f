import type { Plaintext } from './plaintext.ts'

/** Port to a list of passwords that have leaked somewhere (ASVS 5.0, 6.2.12). */
export interface BreachedPasswords {
  /** Never throws: a list that cannot be asked keeps nobody from choosing a password, and says so in the log. */
  contains(password: Plaintext): Promise<boolean>
}
