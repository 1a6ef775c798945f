import type { Migration } from './migration.ts'

export const devices: Migration = {
  id: '0003-devices',
  statements: ({ integer }) => [
    "alter table sessions add column agent text not null default ''",
    "alter table sessions add column address text not null default ''",
    `alter table sessions add column authenticated_at ${integer} not null default 0`,
    `alter table sessions add column seen_at ${integer} not null default 0`,
    'update sessions set authenticated_at = created_at, seen_at = created_at',
    'drop index sessions_by_account',
    'create index sessions_by_account on sessions (account_id, seen_at)',
  ],
}
