import type { Socket } from 'node:net'
import { type Conversation, connectedTimes, listen } from './http.ts'
import type { Sample } from './plan.ts'
import type { RunningServer } from './processes.ts'
import { processorTimeOf } from './usage.ts'

export interface SteadyLoad extends Conversation {
  readonly server: RunningServer
  /** Each has a connection, and asks once a second: all of them one after the other, evenly. */
  readonly people: number
  /** Never sleep, where the client has a core for itself: it is then on time to the microsecond. */
  readonly restless: boolean
}

/**
 * Asks at fixed times, whether the server is fast or slow, and far more rarely than it could answer:
 * so what is measured is how long one request takes. Latency counts from the time when a request was
 * due; were it counted from when it could be sent, the worst delays would hide those behind them.
 */
export async function askSteadily(load: SteadyLoad, milliseconds: number): Promise<Sample> {
  const total = Math.max(1, Math.floor((milliseconds / 1000) * load.people))
  const latencies: number[] = []
  const problems: string[] = []
  const sockets = await connectedTimes(load.people, load.server.port)
  const cpuSeconds = processorTimeOf(load.server)
  await new Promise<void>((resolve) => {
    const answered = (latency: number) => {
      if (latencies.push(latency) === total) resolve()
    }
    const failed = (problem: string) => {
      problems.push(problem)
      resolve()
    }
    const people = sockets.map((socket) => somebodyAt(socket, load, { answered, failed }))
    onTime(total, 1000 / load.people, load.restless, (turn, due) => {
      people[turn % people.length]?.(due)
    })
  })
  for (const socket of sockets) socket.destroy()
  return {
    count: latencies.length,
    seconds: milliseconds / 1000,
    latencies,
    problems,
    cpuSeconds: cpuSeconds(),
  }
}

interface Outcome {
  readonly answered: (latency: number) => void
  readonly failed: (problem: string) => void
}

/** Asks when told to; while an answer is still out, the next question waits, and its clock runs. */
function somebodyAt(
  socket: Socket,
  { next, check }: Conversation,
  { answered, failed }: Outcome,
): (due: number) => void {
  const due: number[] = []
  const ask = () => socket.write(next())
  listen(socket, {
    failed,
    answered: (answer) => {
      const problem = check(answer)
      if (problem !== undefined) return failed(problem)
      answered(performance.now() - (due.shift() ?? Number.NaN))
      if (due.length > 0) ask()
    },
  })
  return (time) => {
    if (due.push(time) === 1) ask()
  }
}

/** Calls `act` so many times, this many milliseconds apart, and catches up when it was held up. */
function onTime(
  times: number,
  apart: number,
  restless: boolean,
  act: (turn: number, due: number) => void,
): void {
  const start = performance.now()
  let turn = 0
  const step = () => {
    const now = performance.now()
    for (; turn < times && start + turn * apart <= now; turn += 1) act(turn, start + turn * apart)
    if (turn === times) return
    if (restless) setImmediate(step)
    else setTimeout(step, start + turn * apart - now)
  }
  step()
}
