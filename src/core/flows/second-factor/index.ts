export type { SecondFactorRefusal } from './outcome.ts'
export { SecondFactor } from './service.ts'
