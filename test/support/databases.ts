import { randomBytes } from 'node:crypto'
import { freshPostgresDatabase } from './postgres-database.ts'

/** Where a server may have its accounts, with the settings that it takes: `describe.each(databases)`. */
export const databases = [
  ['SQLite', async () => ({})],
  [
    'PostgreSQL',
    async () => ({
      SALLYPORT_DATABASE_URL: await freshPostgresDatabase(),
      SALLYPORT_SECRET: randomBytes(32).toString('base64url'),
    }),
  ],
] as const
