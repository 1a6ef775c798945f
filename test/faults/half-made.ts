/** What a crash must never leave behind. Each query finds such rows. */
export const halfMade: readonly { readonly what: string; readonly query: string }[] = [
  {
    what: 'an account without password',
    query: 'select id from accounts where id not in (select account_id from passwords)',
  },
  {
    what: 'a password without account',
    query: 'select account_id from passwords where account_id not in (select id from accounts)',
  },
  {
    what: 'a session without account',
    query: 'select id from sessions where account_id not in (select id from accounts)',
  },
]
