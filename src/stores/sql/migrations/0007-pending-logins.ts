import type { Migration } from './migration.ts'

export const pendingLogins: Migration = {
  id: '0007-pending-logins',
  statements: ({ integer, strict }) => [
    `create table pending_logins (
      token_hash text primary key,
      account_id text not null references accounts (id) on delete cascade,
      epoch ${integer} not null,
      kind text not null,
      agent text not null,
      address text not null,
      created_at ${integer} not null,
      expires_at ${integer} not null,
      tries ${integer} not null
    )${strict}`,
    'create index pending_logins_by_expiry on pending_logins (expires_at)',
    // What an account needs follows from the factors that it has.
    'alter table accounts drop column mfa_enabled',
  ],
}
