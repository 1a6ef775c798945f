export type { Account, AccountId, AccountRole, AccountStatus } from './account.ts'
export { type CanonicalEmail, type EmailAddress, parseEmail } from './email.ts'
export { type NameRule, type PersonName, parseName } from './name.ts'
export type { AccountStore } from './store.ts'
