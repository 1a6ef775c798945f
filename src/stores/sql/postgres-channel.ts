import { Socket } from 'node:net'
import { sql } from 'kysely'
import pg from 'pg'
import { publicId, type Random } from '../../kernel/random.ts'
import type { Line, Wire, WireEvents } from '../kept-channel.ts'
import type { Database } from './database.ts'

/** The migration `revocations` makes the database itself send the id of an account here when its epoch moves. */
const channel = 'sallyport_revoked'

/** Milliseconds. Whoever checks sessions asks the database meanwhile. */
const connectTimeout = 1000

/**
 * LISTEN and NOTIFY. PostgreSQL delivers notifications in the order of their commits, and none before its
 * transaction can be seen. Connection poolers that change connections between transactions cannot carry
 * LISTEN: then nothing is heard, nothing remembered, and every check asks the database.
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 */
export function postgresWire(url: string, database: Database, random: Random): Wire {
  return {
    async send(texts) {
      await sql`select pg_notify(${channel}, text) from unnest(${[...texts]}::text[]) as text`.execute(
        database.kysely,
      )
    },
    open: (on) => openLine(url, publicId(random, 'beat').toLowerCase().replace(/-/g, '_'), on),
  }
}

async function openLine(url: string, beats: string, on: WireEvents): Promise<Line> {
  // Like the pool's idle connections, it keeps no process alive.
  const socket = new Socket().unref()
  const client = new pg.Client({
    stream: () => socket,
    connectionString: url,
    application_name: 'sallyport channel',
    connectionTimeoutMillis: connectTimeout,
    query_timeout: connectTimeout,
    keepAlive: true,
  })
  client.on('error', on.broken)
  client.on('end', on.broken)
  client.on('notification', ({ payload }) => on.heard(payload ?? ''))
  // Without a goodbye: a server that is frozen would never answer it.
  const close = () => void socket.destroy()
  try {
    await client.connect()
    await client.query(`listen ${channel}; listen ${beats}`)
  } catch (error) {
    close()
    throw error
  }
  return {
    beat: (text) => client.query('select pg_notify($1, $2)', [beats, text]),
    close,
  }
}
