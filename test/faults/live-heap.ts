import { once } from 'node:events'
import { freePort } from '../support/ports.ts'

/** What a server is started with, so that its heap can be measured. */
export async function measurable(): Promise<{ env: Record<string, string>; port: number }> {
  const port = await freePort()
  return { env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` }, port }
}

/** Bytes of the server's heap that are in use after a full collection: what grows there is a leak. */
export async function liveHeap(port: number): Promise<number> {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
  const [{ webSocketDebuggerUrl }] = targets as [{ webSocketDebuggerUrl: string }]
  const socket = new WebSocket(webSocketDebuggerUrl)
  await once(socket, 'open')
  const call = async (id: number, method: string) => {
    socket.send(JSON.stringify({ id, method }))
    for (;;) {
      const [{ data }] = (await once(socket, 'message')) as [{ data: string }]
      const answer = JSON.parse(data)
      if (answer.id === id) return answer.result
    }
  }
  try {
    await call(1, 'HeapProfiler.collectGarbage')
    return (await call(2, 'Runtime.getHeapUsage')).usedSize
  } finally {
    socket.close()
  }
}
