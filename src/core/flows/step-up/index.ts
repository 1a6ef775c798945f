export { type Asking, confirmation, type Offers, StepUp, type StepUpOutcome } from './service.ts'
