import type { Migration } from './migration.ts'

export const passkeys: Migration = {
  id: '0008-passkeys',
  statements: ({ integer, strict }) => [
    `create table passkeys (
      id text primary key,
      account_id text not null references accounts (id) on delete cascade,
      credential_id text not null unique,
      public_key text not null,
      counter ${integer} not null,
      backup_eligible ${integer} not null,
      backed_up ${integer} not null,
      transports text not null,
      name text not null,
      created_at ${integer} not null,
      used_at ${integer}
    )${strict}`,
    'create index passkeys_by_account on passkeys (account_id)',
    `create table spent_challenges (
      hash text primary key,
      expires_at ${integer} not null
    )${strict}`,
    'create index spent_challenges_by_expiry on spent_challenges (expires_at)',
    `create table trusted_devices (
      token_hash text primary key,
      id text not null unique,
      account_id text not null references accounts (id) on delete cascade,
      epoch ${integer} not null,
      agent text not null,
      address text not null,
      created_at ${integer} not null,
      seen_at ${integer} not null,
      expires_at ${integer} not null
    )${strict}`,
    'create index trusted_devices_by_account on trusted_devices (account_id)',
    'create index trusted_devices_by_expiry on trusted_devices (expires_at)',
    // What was proved, and when. Of sessions that have begun before nothing is known: what is sensitive asks again.
    "alter table sessions add column proofs text not null default '[]'",
    'alter table sessions drop column method',
    "alter table accounts add column role text not null default 'user'",
    // A sign-in that waits is begun again in a minute.
    'delete from pending_logins',
    "alter table pending_logins add column proofs text not null default '[]'",
  ],
}
