export { Unlock } from './service.ts'
