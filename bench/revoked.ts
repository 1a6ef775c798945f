import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, connectedTimes, listen, requestBytes } from './http.ts'
import { SpoiltRun } from './plan.ts'
import type { RunningServer } from './processes.ts'

/** One connection to a node, which asks one thing after the other. */
export interface Asker {
  readonly ask: (request: Buffer) => Promise<Answer>
}

export async function askerOf({ port }: RunningServer): Promise<Asker> {
  const [socket] = (await connectedTimes(1, port)) as [Socket]
  let waiting: PromiseWithResolvers<Answer> | undefined
  listen(socket, {
    answered: (answer) => waiting?.resolve(answer),
    failed: (problem) => waiting?.reject(new SpoiltRun(problem)),
  })
  const ask = (request: Buffer) => {
    waiting = Promise.withResolvers<Answer>()
    socket.write(request)
    return waiting.promise
  }
  return { ask }
}

/** What one revocation took at one node, in milliseconds from its acknowledgement. */
export interface Took {
  /** To the beginning of the last request that was accepted; 0 when none was. */
  readonly lastAccepted: number
  /** To the answer that refused it first; 0 when that came before. */
  readonly firstRefused: number
}

interface Watched {
  readonly began: number
  readonly refused: number
}

/** A node that cannot hear, and a store that cannot be asked, would be asked for ever. Milliseconds. */
const patience = 10_000

/** Asks for a session without a break until it is refused. */
async function untilRefused({ ask }: Asker, cookie: string): Promise<Watched> {
  const request = startPage(cookie)
  const deadline = performance.now() + patience
  for (let began = 0; ; ) {
    const now = performance.now()
    const answer = await ask(request)
    if (!isAccepted(answer)) return { began, refused: performance.now() }
    began = now
    if (began > deadline) throw new SpoiltRun('a session that was ended is still accepted')
    // What it takes is measured in milliseconds: the nodes need the processor too.
    await delay(0)
  }
}

/** The start page looks for the session and for nothing else: it leads home, or to the sign-in page. */
export function startPage(cookie: string): Buffer {
  return requestBytes({ path: '/', headers: { cookie } })
}

export function isAccepted({ status, head }: Answer): boolean {
  const to = /\r\nlocation: (\S+)/i.exec(head)?.[1]
  if (status === 303 && (to === '/dashboard' || to === '/login')) return to === '/dashboard'
  throw new SpoiltRun(`neither accepted nor refused: ${head}`)
}

/** Ends a session while all others are asked for it: from before the end until they refuse. */
export async function measure(
  others: readonly Asker[],
  cookie: string,
  end: () => Promise<void>,
): Promise<Took[]> {
  const watching = Promise.all(others.map((asker) => untilRefused(asker, cookie)))
  await end()
  const acknowledged = performance.now()
  return (await watching).map(({ began, refused }) => ({
    lastAccepted: Math.max(0, began - acknowledged),
    firstRefused: Math.max(0, refused - acknowledged),
  }))
}
