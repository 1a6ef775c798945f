import { once } from 'node:events'

const signals = ['SIGTERM', 'SIGINT'] as const

/** Resolves when the process is told to stop. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return Promise.race(signals.map((signal) => once(process, signal).then(() => signal)))
}

/** Ends the process when it is told again: who is that impatient shall not wait. */
export function endWhenToldAgain(last: () => void = () => undefined): void {
  const end = () => {
    last()
    process.exit(1)
  }
  for (const signal of signals) process.once(signal, end)
}

export function ignoreStopSignals(): void {
  for (const signal of signals) process.on(signal, () => undefined)
}
