export { SecondFactor, type SecondFactorRefusal } from './service.ts'
