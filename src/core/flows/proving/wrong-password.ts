import type { AccountId } from '../../accounts/index.ts'
import type { About, Audit } from '../../audit/index.ts'
import { maxPasswordFailures, type Passwords } from '../../passwords/index.ts'

interface Counting {
  readonly passwords: Pick<Passwords, 'failed'>
  readonly audit: Pick<Audit, 'record'>
}

/**
 * Counts a wrong password, wherever it was given; with the last that may be counted it is written down that the password
 * alone is not enough any more. As much is done without an account, so that both take as long.
 */
export async function countWrongPassword(
  { passwords, audit }: Counting,
  owner: AccountId | undefined,
  about: About,
): Promise<void> {
  if ((await passwords.failed(owner)) === 'counted') return
  await audit.record('password.capped', about, { failures: maxPasswordFailures })
}
