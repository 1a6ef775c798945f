export { type Link, link, origin, sealOfPruned } from './chain.ts'
export {
  type About,
  type AuditDetails,
  type AuditEntry,
  type AuditType,
  auditTypes,
  type EndCause,
  type LoginCause,
} from './event.ts'
export { Audit, type FailuresTold } from './service.ts'
export type { AuditEnds, AuditFilter, AuditStore } from './store.ts'
export { type Finding, type Verdict, verify } from './verify.ts'
