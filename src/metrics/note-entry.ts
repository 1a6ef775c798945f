import type { AuditDetails, AuditEntry, AuditType } from '../core/audit/index.ts'
import type { Meters } from './meters.ts'

type Details<Type extends AuditType> = AuditDetails[Type]

/** Counts what was written into the audit trail: one place that knows both. */
export function noteEntry(meters: Meters, { type, details }: AuditEntry): void {
  meters.securityEvent(type)
  const note = noted[type] as ((meters: Meters, details: unknown) => void) | undefined
  note?.(meters, details)
}

const noted: {
  readonly [Type in AuditType]?: (meters: Meters, details: Details<Type>) => void
} = {
  'account.registered': (meters) => meters.registration('registered'),
  'account.registration_refused': (meters) => meters.registration('refused'),
  'login.succeeded': (meters, { methods }) => {
    meters.signIn(firstOf(methods), 'succeeded')
    noteFactors(meters, methods)
  },
  'login.waiting': (meters, { methods }) => meters.signIn(firstOf(methods), 'waiting'),
  'login.refused': (meters, { cause }) => {
    meters.signIn(cause === 'passkey_refused' ? 'passkey' : 'password', cause)
    if (cause === 'wrong_code') meters.factorProof('totp', 'refused')
    if (cause === 'passkey_refused') meters.factorProof('passkey', 'refused')
  },
  'confirmation.succeeded': (meters, { method }) => noteFactors(meters, [method]),
  'confirmation.refused': (meters, { method }) => {
    if (isFactor(method)) meters.factorProof(method, 'refused')
  },
  'password.capped': (meters) => meters.lockout('password'),
  'totp.disabled': (meters) => meters.lockout('totp'),
  'session.ended': (meters, { cause }) => meters.sessionsEnded(cause),
  'sessions.ended': (meters, { cause }) => meters.sessionsEnded(cause),
  'token.reused': (meters) => meters.sessionsEnded('token_reused'),
  'password.changed': (meters) => meters.sessionsEnded('password_changed'),
  'totp.added': noteFactorChange,
  'totp.removed': noteFactorChange,
  'passkey.added': noteFactorChange,
  'passkey.removed': noteFactorChange,
}

/** Every other session ends with it. */
function noteFactorChange(meters: Meters): void {
  meters.sessionsEnded('factor_changed')
}

function firstOf([first]: readonly string[]): 'password' | 'passkey' {
  return first?.startsWith('passkey') ? 'passkey' : 'password'
}

function noteFactors(meters: Meters, methods: readonly string[]): void {
  for (const method of methods) {
    const kind = method === 'passkey_presence' ? 'passkey' : method
    if (isFactor(kind)) meters.factorProof(kind, 'accepted')
  }
}

function isFactor(method: string): method is 'totp' | 'recovery_code' | 'passkey' {
  return method === 'totp' || method === 'recovery_code' || method === 'passkey'
}
