export { type RefreshOutcome, type TokenPair, Tokens } from './service.ts'
