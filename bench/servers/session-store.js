import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Store } from 'express-session'

/** Where Express and Fastify keep their sessions: `STORE`. Nothing for the store that comes with them. */
export async function sessionStore() {
  switch (process.env['STORE']) {
    case 'sqlite':
      return new SqliteStore(join(process.env['DATA_DIR'], 'sessions.sqlite'))
    case 'redis': {
      // Loaded here only: what is not used must not be in what `memory` measures.
      const [{ RedisStore }, { createClient }] = await Promise.all([
        import('connect-redis'),
        import('redis'),
      ])
      const client = await createClient({ url: process.env['REDIS_URL'] }).connect()
      // Else each look-up would also move the end of the session.
      return new RedisStore({ client, prefix: process.env['PORT'], disableTouch: true })
    }
    default:
      return undefined
  }
}

/** As short as such a store can be: nothing is moved by use, and nothing is ever tidied up. */
class SqliteStore extends Store {
  #get
  #set
  #destroy

  constructor(file) {
    super()
    const database = new DatabaseSync(file)
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    database.exec('create table sessions (id text primary key, content text not null) strict')
    this.#get = database.prepare('select content from sessions where id = ?')
    this.#set = database.prepare('insert or replace into sessions values (?, ?)')
    this.#destroy = database.prepare('delete from sessions where id = ?')
  }

  get(id, done) {
    const row = this.#get.get(id)
    done(null, row && JSON.parse(row.content))
  }

  set(id, session, done) {
    this.#set.run(id, JSON.stringify(session))
    done(null)
  }

  destroy(id, done) {
    this.#destroy.run(id)
    done(null)
  }
}
