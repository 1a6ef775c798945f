export {
  type Configuration,
  configurationOf,
  type GivenSettings,
} from './configuration.ts'
export { budgetText, describeConfiguration, writeCost } from './describe.ts'
export { loadConfiguration, readSettings } from './load.ts'
export { blockListOf, workerCount, writeDuration } from './parsers.ts'
export { reviewConfiguration } from './review.ts'
