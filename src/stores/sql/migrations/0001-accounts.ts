import type { Migration } from './migration.ts'

export const accounts: Migration = {
  id: '0001-accounts',
  statements: ({ integer, strict }) => [
    `create table accounts (
      id text primary key,
      email text not null,
      canonical_email text not null unique,
      full_name text not null,
      status text not null check (status in ('active', 'disabled')),
      epoch ${integer} not null,
      mfa_enabled ${integer} not null,
      created_at ${integer} not null
    )${strict}`,
    `create table passwords (
      account_id text primary key references accounts (id) on delete cascade,
      hash text not null,
      changed_at ${integer} not null
    )${strict}`,
    `create table sessions (
      token_hash text primary key,
      id text not null unique,
      kind text not null,
      account_id text not null references accounts (id) on delete cascade,
      epoch ${integer} not null,
      method text not null,
      created_at ${integer} not null,
      expires_at ${integer} not null,
      ends_at ${integer} not null
    )${strict}`,
    'create index sessions_by_account on sessions (account_id)',
    'create index sessions_by_expiry on sessions (expires_at)',
  ],
}
