import type { TestProject } from 'vitest/node'
import { cleanUp } from './clean-up.ts'
import { startPostgres } from './postgres.ts'

/** One server for the whole run: the first project that needs it starts it. */
export default async function setup({ vitest }: TestProject) {
  if (vitest.getProvidedContext().postgresUrl) return undefined
  const server = await startPostgres()
  vitest.provide('postgresUrl', server.url)
  return cleanUp
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}
