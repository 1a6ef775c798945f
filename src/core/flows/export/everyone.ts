import type { Account, AccountStore, CanonicalEmail } from '../../accounts/index.ts'
import type { PasswordHash, PasswordStore } from '../../passwords/index.ts'

export interface Person {
  readonly account: Account
  readonly hash: PasswordHash | undefined
}

export interface PeopleStores {
  readonly accounts: Pick<AccountStore, 'list'>
  readonly passwords: Pick<PasswordStore, 'findAll'>
}

/** Everybody there is, ordered by address, a page at a time. */
export async function* everyone(
  { accounts, passwords }: PeopleStores,
  pageSize = 500,
): AsyncGenerator<readonly Person[]> {
  let last: CanonicalEmail | undefined
  for (;;) {
    const page = await accounts.list(last, pageSize)
    last = page.at(-1)?.canonicalEmail
    if (last === undefined) return
    const found = await passwords.findAll(page.map(({ id }) => id))
    yield page.map((account) => ({ account, hash: found.get(account.id)?.hash }))
  }
}
