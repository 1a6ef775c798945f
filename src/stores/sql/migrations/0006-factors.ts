import type { Migration } from './migration.ts'

export const factors: Migration = {
  id: '0006-factors',
  statements: ({ integer, strict }) => [
    // One row for an account, so that an enrolment takes the place of an app in one statement.
    `create table totp_factors (
      account_id text primary key references accounts (id) on delete cascade,
      id text unique,
      sealed text,
      created_at ${integer},
      confirmed_at ${integer},
      last_step ${integer},
      failures ${integer} not null,
      disabled_at ${integer},
      enrolment_id text,
      enrolment_sealed text,
      enrolment_created_at ${integer},
      enrolment_expires_at ${integer}
    )${strict}`,
    // The place in the set is the key: a new set overwrites the old one, whoever else writes one.
    `create table recovery_codes (
      account_id text not null references accounts (id) on delete cascade,
      place ${integer} not null,
      hash text not null,
      created_at ${integer} not null,
      spent_at ${integer},
      primary key (account_id, place)
    )${strict}`,
  ],
}
