import { usesWritten } from './core/sessions/index.ts'
import type { Log } from './http/context.ts'
import type { Chapters } from './in-process.ts'
import { type Duration, seconds } from './kernel/clock.ts'
import type { OpenIssuer } from './token-issuing.ts'

/** Never keeps a process alive, and never ends one: what is swept is dead already, and uses wait. */
export function keepHouse(
  { login, sessions, tokens, passkeys, devices }: Chapters,
  { signingKeys }: OpenIssuer,
  interval: Duration,
  log: Log,
): { end(): void } {
  const every = (milliseconds: Duration, work: () => Promise<void>, failed: string) =>
    setInterval(
      () => work().catch((error: unknown) => log.error({ err: error }, failed)),
      milliseconds,
    ).unref()
  const timers = [
    every(interval, () => sessions.sweep(), 'sweeping failed'),
    every(interval, () => login.sweep(), 'sweeping sign-ins that wait failed'),
    every(interval, () => passkeys.sweep(), 'sweeping spent challenges failed'),
    every(interval, () => devices.sweep(), 'sweeping trusted devices failed'),
    every(interval, () => tokens.sweep(), 'sweeping refresh tokens failed'),
    every(keysReadEvery, () => signingKeys.keepUp(), 'reading the signing keys failed'),
    every(usesWritten, () => sessions.writeUses(), 'writing down which sessions were used failed'),
  ]
  return { end: () => timers.forEach(clearInterval) }
}

/** So long may another node go on accepting what a key has signed that was retired. */
const keysReadEvery = seconds(5)
