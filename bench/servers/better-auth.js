import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'

/**
 * better-auth as its documents show it for Node: e-mail and password, SQLite, nothing between it and
 * `node:http`. Its limits are off, since one address signs in all the time. Rows are on disk before
 * they are answered, in the journal mode that waits least for that: as Sallyport's are.
 *
 * `COOKIE_CACHE`: for an hour the cookie itself says who it is, and no session is looked up.
 * `CHEAP_PASSWORDS`: they are not hashed at all, where signing many in is not what is measured.
 */
const port = Number(process.env['PORT'])
const database = new DatabaseSync(join(process.env['DATA_DIR'], 'auth.sqlite'))
database.exec('pragma journal_mode = wal; pragma synchronous = full')

const options = {
  baseURL: `http://127.0.0.1:${port}`,
  secret: process.env['SECRET'],
  database,
  emailAndPassword: {
    enabled: true,
    ...(process.env['CHEAP_PASSWORDS'] && {
      password: {
        hash: async (password) => password,
        verify: async ({ hash, password }) => hash === password,
      },
    }),
  },
  session: { cookieCache: { enabled: Boolean(process.env['COOKIE_CACHE']), maxAge: 60 * 60 } },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
}
const { runMigrations } = await getMigrations(options)
await runMigrations()

createServer(toNodeHandler(betterAuth(options))).listen(port, '127.0.0.1')
