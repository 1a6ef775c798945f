export { type RefreshOutcome, type TokenPair, Tokens, type TokensDependencies } from './service.ts'
