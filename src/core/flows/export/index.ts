export { everyone, type PeopleStores } from './everyone.ts'
export { type PersonRecord, recordOf } from './record.ts'
