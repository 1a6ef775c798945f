import type { Migration } from './migration.ts'

export const tokens: Migration = {
  id: '0005-tokens',
  statements: ({ integer, strict }) => [
    `create table signing_keys (
      id text primary key,
      generation ${integer} not null unique,
      algorithm text not null,
      sealed text not null,
      created_at ${integer} not null,
      signs_from ${integer} not null,
      retired_at ${integer}
    )${strict}`,
    `create table refresh_families (
      id text primary key,
      account_id text not null references accounts (id) on delete cascade,
      session text not null,
      counter ${integer} not null,
      turned_at ${integer} not null,
      expires_at ${integer} not null,
      agent text not null,
      address text not null,
      reused_at ${integer}
    )${strict}`,
    'create index refresh_families_by_account on refresh_families (account_id)',
    'create index refresh_families_by_expiry on refresh_families (expires_at)',
  ],
}
