import type { About, Audit, AuditDetails, AuditType } from '../../core/audit/index.ts'
import type { Guess, Limited, Limits } from '../../core/limits/index.ts'
import type { PasswordStore } from '../../core/passwords/index.ts'
import type { UnitOfWork } from '../../core/unit-of-work.ts'
import { milliseconds } from '../../kernel/clock.ts'

/** Nothing is undone: what is to happen last, or afterwards, happens where it is said. */
export const plainUnit: UnitOfWork = {
  run: (work) => work(),
  lastly: (work) => work(),
  afterwards: (work) => work(),
}

/** What was written down, to be looked at. */
export class NotedAudit implements Pick<Audit, 'record' | 'pseudonym'> {
  readonly entries: (readonly [AuditType, About, AuditDetails[AuditType]])[] = []

  async record<Type extends AuditType>(
    type: Type,
    about: About,
    details: AuditDetails[Type],
  ): Promise<void> {
    this.entries.push([type, about, details])
  }

  pseudonym(): string {
    return 'pseudonym'
  }

  get types(): AuditType[] {
    return this.entries.map(([type]) => type)
  }
}

/** Everybody may guess, as often as they like. */
export const noLimits: Pick<Limits, 'guess' | 'isKnown' | 'knownDevice'> = {
  guess: async (): Promise<Guess> => ({
    kind: 'admitted',
    right: async () => undefined,
    during: (work) => work(),
  }),
  isKnown: () => false,
  knownDevice: () => undefined,
}

/** Wrong passwords are forgotten as soon as they are tried. */
export const noFailures: Pick<PasswordStore, 'countFailure' | 'forgetFailures' | 'failures'> = {
  countFailure: async () => 1,
  forgetFailures: async () => true,
  failures: async () => 0,
}

/** Nobody may. */
export const allLimited: Limited = {
  kind: 'limited',
  budget: 'password',
  wait: milliseconds(1000),
  isFirst: true,
}

/** From nowhere that is known. */
export const nowhere = { network: '' } as const
