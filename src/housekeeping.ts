import type { Configuration } from './config/index.ts'
import type { Audit } from './core/audit/index.ts'
import type { Limits } from './core/limits/index.ts'
import { usesWritten } from './core/sessions/index.ts'
import type { Log } from './http/context.ts'
import type { Chapters } from './in-process.ts'
import { type Duration, minutes, seconds } from './kernel/clock.ts'
import { sweepInterval } from './session-store.ts'
import type { OpenIssuer } from './token-issuing.ts'

interface House {
  readonly issuer: OpenIssuer
  readonly limits: Pick<Limits, 'sweep'>
  readonly audit: Pick<Audit, 'prune'>
  readonly configuration: Configuration
  readonly log: Log
}

/** Never keeps a process alive, and never ends one: what is swept is dead already, and uses wait. */
export function keepHouse(
  { login, sessions, tokens, passkeys, devices }: Chapters,
  { issuer: { signingKeys }, limits, audit, configuration, log }: House,
): { end(): void } {
  const interval = sweepInterval(configuration)
  const retention = configuration.audit_retention
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
    every(countersSweptEvery, () => limits.sweep(), 'sweeping limits failed'),
    every(
      prunedEvery,
      () => audit.prune(retention),
      'removing old entries of the audit trail failed',
    ),
    every(interval, () => tokens.sweep(), 'sweeping refresh tokens failed'),
    every(keysReadEvery, () => signingKeys.keepUp(), 'reading the signing keys failed'),
    every(usesWritten, () => sessions.writeUses(), 'writing down which sessions were used failed'),
  ]
  return { end: () => timers.forEach(clearInterval) }
}

/** Wherever sessions are: strangers choose how many counters there are. */
const countersSweptEvery = minutes(5)

/** A few entries at a time, and seldom many at once. */
const prunedEvery = minutes(60)

/** So long may another node go on accepting what a key has signed that was retired. */
const keysReadEvery = seconds(5)
