export { type Budget, longestWindow, sliceOf } from './budget.ts'
export {
  type BudgetName,
  type BudgetTable,
  budgetNames,
  budgets,
  defaultBudgets,
  describeBudget,
} from './budgets.ts'
export { KnownDevices, knownDeviceLifetime } from './known-device.ts'
export {
  type Admitted,
  type Guess,
  type Limited,
  Limits,
  type Origin,
} from './service.ts'
export type { Claim, LimitStore, Settlement, Taken, TakeOutcome } from './store.ts'
export { type Change, takeAll } from './take-all.ts'
export { type Hit, lifetimeOf, type Tally, withoutHit } from './tally.ts'
