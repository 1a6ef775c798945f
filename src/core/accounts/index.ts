export type { Account, AccountId, AccountStatus } from './account.ts'
export {
  type CanonicalEmail,
  type Email,
  type EmailAddress,
  maxEmailOctets,
  parseEmail,
} from './email.ts'
export { maxNameLength, type NameRule, type PersonName, parseName } from './name.ts'
export type { AccountStore } from './store.ts'
