export { type EndedForReuse, type RefreshOutcome, type TokenPair, Tokens } from './service.ts'
