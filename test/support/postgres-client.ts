import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** One statement over a connection of its own. */
export async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  // A server that is killed also breaks connections that are just closing: not this statement's concern.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Makes an empty database on the server and tells its URL. */
export async function createDatabase(
  serverUrl: string,
  name = `test_${randomBytes(6).toString('hex')}`,
): Promise<string> {
  await execute(serverUrl, `create database "${name}"`)
  return Object.assign(new URL(serverUrl), { pathname: name }).href
}

export async function dropDatabase(serverUrl: string, url: string): Promise<void> {
  await execute(serverUrl, `drop database "${new URL(url).pathname.slice(1)}" with (force)`)
}
