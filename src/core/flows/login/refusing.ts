import { type Refused, refused } from '../../../kernel/outcome.ts'
import type { Account, AccountId, AccountStore, CanonicalEmail } from '../../accounts/index.ts'
import type { Audit, LoginCause } from '../../audit/index.ts'
import type { Limited, Limits, Origin } from '../../limits/index.ts'
import type { Passwords } from '../../passwords/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import { countWrongPassword } from '../proving/index.ts'

export interface RefusingDependencies {
  readonly accounts: Pick<AccountStore, 'findByEmail'>
  readonly passwords: Pick<Passwords, 'failed'>
  readonly limits: Pick<Limits, 'knownDevice'>
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record' | 'pseudonym'>
  /** Writes down that a limit was reached. */
  readonly limitReached: (limited: Limited, subject: AccountId | undefined) => Promise<void>
}

interface Tried {
  /** Empty where none was given. */
  readonly identifier: string
  readonly origin: Origin
}

/** Says no to a sign-in. The audit trail learns the cause, the visitor does not. */
export class Refusing {
  readonly #deps: RefusingDependencies

  constructor(deps: RefusingDependencies) {
    this.#deps = deps
  }

  /** The password is wrong, or there is none that could be right. */
  async password(
    identifier: CanonicalEmail,
    account: Account | undefined,
    { matches, origin }: { readonly matches: boolean; readonly origin: Origin },
  ): Promise<Refused<'invalid_credentials'>> {
    const { unitOfWork } = this.#deps
    const cause = causeOf(account, matches)
    await unitOfWork.run(async () => {
      await this.#note(account, cause, { identifier, origin })
      if (matches) return
      const about = { actor: 'stranger', subject: account?.id } as const
      await countWrongPassword(this.#deps, account?.id, about)
    })
    return refused('invalid_credentials')
  }

  /** Something else was wrong. */
  async factor<Reason extends 'wrong_code' | 'passkey_refused' | 'login_expired'>(
    account: Account | undefined,
    origin: Origin,
    [cause, reason]: readonly [LoginCause, Reason],
  ): Promise<Refused<Reason>> {
    await this.#note(account, cause, { identifier: account?.canonicalEmail ?? '', origin })
    return refused(reason)
  }

  /** Nothing was looked at. The first time it is worth a line. */
  async limited(limited: Limited, identifier: CanonicalEmail): Promise<Limited> {
    const { accounts, limitReached } = this.#deps
    const account = limited.isFirst ? await accounts.findByEmail(identifier) : undefined
    await limitReached(limited, account?.id)
    return limited
  }

  #note(account: Account | undefined, cause: LoginCause, tried: Tried): Promise<void> {
    const { audit, limits } = this.#deps
    const { identifier, origin } = tried
    const device = limits.knownDevice(identifier, origin)
    const about = { actor: 'stranger', subject: account?.id } as const
    return audit.record('login.refused', about, {
      cause,
      ...(!account && identifier !== '' && { identifier: audit.pseudonym(identifier) }),
      ...(device !== undefined && { device }),
    })
  }
}

function causeOf(account: Account | undefined, matches: boolean): LoginCause {
  if (!account) return 'unknown_account'
  return matches ? 'disabled_account' : 'wrong_password'
}
