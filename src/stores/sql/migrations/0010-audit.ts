import type { Migration } from './migration.ts'

export const audit: Migration = {
  id: '0010-audit',
  statements: ({ integer, strict }) => [
    // No reference to accounts: what was done is remembered when the account is gone.
    `create table audit_entries (
      seq ${integer} primary key,
      at ${integer} not null,
      type text not null,
      outcome text not null,
      actor text not null,
      subject text,
      session text,
      address text not null,
      agent text not null,
      details text not null,
      hash text not null
    )${strict}`,
    'create index audit_entries_by_subject on audit_entries (subject, seq)',
    // Its ends: one row, which whoever adds to the trail holds for a moment.
    `create table audit_ends (
      id ${integer} primary key check (id = 1),
      last_seq ${integer} not null,
      last_hash text not null,
      pruned_seq ${integer} not null,
      pruned_hash text not null,
      pruned_seal text not null
    )${strict}`,
    "insert into audit_ends values (1, 0, '', 0, '', '')",
    // Wrong passwords in a row, from anywhere.
    `alter table passwords add column failures ${integer} not null default 0`,
  ],
}
