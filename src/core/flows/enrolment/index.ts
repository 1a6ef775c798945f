export { type EnrolledOutcome, Enrolment, type EnrolmentRefusal } from './service.ts'
