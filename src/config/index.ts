export {
  type Configuration,
  configurationOf,
  type GivenSettings,
  isLoopback,
} from './configuration.ts'
export { describeConfiguration, settingsTable } from './describe.ts'
export { loadConfiguration } from './load.ts'
export { blockListOf, writeDuration } from './parsers.ts'
export { reviewConfiguration } from './review.ts'
