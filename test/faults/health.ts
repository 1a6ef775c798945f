import { send } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import type { ServerProcess } from '../support/server-process.ts'

export async function liveness({ managementUrl }: ServerProcess): Promise<number> {
  return (await send(`${managementUrl}/health/live`)).status
}

export async function readiness({ managementUrl }: ServerProcess): Promise<number> {
  return (await send(`${managementUrl}/health/ready`)).status
}

export async function untilReadinessIs(
  status: number,
  server: ServerProcess,
  limitMs?: number,
): Promise<void> {
  await eventually(`readiness ${status}`, async () => (await readiness(server)) === status, limitMs)
}

/** How often the server has started: more than once means that it had ended in between. */
export function startsOf({ stdout }: ServerProcess): number {
  return stdout.match(/Sallyport \S+ is ready/g)?.length ?? 0
}
