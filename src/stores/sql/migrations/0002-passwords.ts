import type { Migration } from './migration.ts'

export const passwords: Migration = {
  id: '0002-passwords',
  statements: ({ integer }) => [
    `alter table accounts add column email_verified_at ${integer}`,
    'alter table passwords add column normal_form text',
    // Hashes from before were all made here.
    "update passwords set normal_form = 'nfc'",
  ],
}
