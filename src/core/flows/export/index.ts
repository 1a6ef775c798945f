export { everyone } from './everyone.ts'
export { type PersonRecord, recordOf } from './record.ts'
