import pg from 'pg'

/** A connection of the test's own, for what takes several statements. */
export async function connectedTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** The rows that a query finds. */
export async function rowsIn<Row extends object>(url: string, query: string): Promise<Row[]> {
  const client = await connectedTo(url)
  try {
    return (await client.query<Row>(query)).rows
  } finally {
    await client.end()
  }
}
