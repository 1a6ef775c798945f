import { inject } from 'vitest'
import { onCleanUp } from './clean-up.ts'
import { createDatabase, dropDatabase } from './postgres-client.ts'

/** An empty database of this test file's own, on the run's server; dropped after the file. */
export async function freshPostgresDatabase(): Promise<string> {
  const serverUrl = inject('postgresUrl')
  const url = await createDatabase(serverUrl)
  onCleanUp(() => dropDatabase(serverUrl, url))
  return url
}
