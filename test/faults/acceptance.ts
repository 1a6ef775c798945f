import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Credential, me, send } from '../support/client.ts'
import type { ServerProcess } from '../support/server-process.ts'

/**
 * Is the session good? Asked where nothing but the session is looked for: `/me` also reads the person, so
 * it would be refused for that reason as well. `undefined`: the node cannot tell now.
 */
export async function isAccepted(
  url: string,
  credential: Credential,
  limitMs = 30_000,
): Promise<boolean | undefined> {
  const signal = AbortSignal.timeout(limitMs)
  const { status, headers } = await send(`${url}/`, { headers: credential, signal })
  if (status === 503) return undefined
  if (status !== 303) throw new Error(`neither accepted nor refused: ${status}`)
  return headers.get('location') === '/dashboard'
}

/** Every node has looked for the session, and has been asked again. */
export async function warm(nodes: readonly ServerProcess[], credential: Credential): Promise<void> {
  for (const { url } of nodes) {
    for (let time = 0; time < 3; time += 1) {
      const { status, body } = await me(url, credential)
      if (status !== 200) throw new Error(`not signed in: ${status} ${body}`)
    }
  }
}

/** How often the session must be refused before it counts as refused for ever. */
const refusals = 50

/**
 * Asks a node without a break until it refuses, and goes on refusing.
 * @returns When the last request that it accepted began, as `performance.now()`.
 */
export async function lastAcceptedBy(url: string, credential: Credential): Promise<number> {
  let last = Number.NEGATIVE_INFINITY
  for (let refused = 0; refused < refusals; await nextTurn()) {
    const began = performance.now()
    const accepted = await isAccepted(url, credential)
    if (accepted) last = began
    if (accepted === false) refused += 1
  }
  return last
}

interface Story<Result> {
  readonly credential: Credential
  /** Resolves when it is acknowledged. */
  readonly revoke: () => Promise<Result>
  /** What is looked at from then on. */
  readonly next?: (result: Result) => Promise<void>
}

/**
 * Asks nodes all along, from before a revocation until they refuse.
 * @returns For each, milliseconds from the acknowledgement to the beginning of the last request that it accepted.
 */
export async function acceptedAfter<Result>(
  nodes: readonly ServerProcess[],
  { credential, revoke, next }: Story<Result>,
): Promise<number[]> {
  const asking = Promise.all(nodes.map(({ url }) => lastAcceptedBy(url, credential)))
  const result = await revoke()
  // Read when the answer has come: that may be late, so an error is never to the node's disadvantage.
  const acknowledged = performance.now()
  await next?.(result)
  return (await asking).map((began) => began - acknowledged)
}
