import { minutes } from '../../kernel/clock.ts'
import type { Budget } from './budget.ts'
import { knownDeviceLifetime } from './known-device.ts'

/** What a budget counts by: a client's network, or an account (whether it exists or not), or nothing at all. */
type CountedBy = 'network' | 'account and network' | 'account and device' | 'account' | 'everybody'

interface DescribedBudget extends Budget {
  readonly by: CountedBy
  /** What is counted. */
  readonly about: string
  /** Why so many. */
  readonly reason: string
}

export type BudgetName =
  | 'sign_in'
  | 'sign_in_steps'
  | 'password'
  | 'password_device'
  | 'password_account'
  | 'password_everybody'
  | 'factor'
  | 'factor_account'
  | 'registration'
  | 'registration_mistakes'
  | 'password_check'
  | 'tokens'
  | 'limit_events'

/** Every budget there is. Each can be changed, or turned off, by `SALLYPORT_LIMITS`. */
export const budgets: Readonly<Record<BudgetName, DescribedBudget>> = {
  sign_in: {
    points: 5,
    window: minutes(1),
    grows: false,
    by: 'network',
    about: 'attempts to sign in with a password that do not succeed',
    reason: 'nobody types faster; whole offices sign in, for what succeeds is given back',
  },
  sign_in_steps: {
    points: 60,
    window: minutes(1),
    grows: false,
    by: 'network',
    about:
      'second steps of sign-ins, passkeys, and factors that are set up on the way in, that do not succeed',
    reason: 'what they are tried against cannot be guessed, or has a budget of its own',
  },
  password: {
    points: 5,
    window: minutes(15),
    grows: true,
    failsClosed: true,
    by: 'account and network',
    about:
      'wrong passwords for one account, wherever one is asked for; the wait doubles each time, up to a day. A device on which the owner has signed in is counted by itself',
    reason: 'enough for a finger that slips, for nobody who guesses (OWASP ASVS 5.0, 6.3.1)',
  },
  password_device: {
    points: 100,
    window: knownDeviceLifetime,
    grows: false,
    failsClosed: true,
    by: 'account and device',
    about: 'wrong passwords in a row for one account on a device on which its owner has signed in',
    reason: 'it may be a copy, or in other hands (NIST SP 800-63B-4, 3.2.2)',
  },
  password_account: {
    points: 30,
    window: minutes(60),
    grows: false,
    failsClosed: true,
    by: 'account',
    about:
      'wrong passwords for one account from everywhere; not from devices on which the owner has signed in',
    reason: 'many networks are cheap to rent',
  },
  password_everybody: {
    points: 1000,
    window: minutes(10),
    grows: false,
    failsClosed: true,
    by: 'everybody',
    about: 'wrong passwords for all accounts; not from devices on which the owner has signed in',
    reason:
      'one guess for each of many accounts is a guess too; raise it where very many people sign in',
  },
  factor: {
    points: 10,
    window: minutes(15),
    grows: true,
    failsClosed: true,
    by: 'account and network',
    about: 'wrong codes for one account; the wait doubles each time, up to a day',
    reason: 'codes run out while they are typed; three in a million are good at any time',
  },
  factor_account: {
    points: 30,
    window: minutes(60),
    grows: false,
    failsClosed: true,
    by: 'account',
    about:
      'wrong codes for one account from everywhere; not from devices on which the owner has signed in',
    reason: 'an app is disabled for good after a hundred; that must take hours',
  },
  registration: {
    points: 3,
    window: minutes(60),
    grows: false,
    by: 'network',
    about: 'accounts that are asked for, whether or not they come to be',
    reason: 'a household in an hour; every one costs a hash and a row',
  },
  registration_mistakes: {
    points: 20,
    window: minutes(60),
    grows: false,
    by: 'network',
    about: 'registrations with fields that break a rule, which cost no hash',
    reason: 'people try several passwords until one is good enough',
  },
  password_check: {
    points: 120,
    window: minutes(1),
    grows: false,
    by: 'network',
    about: 'passwords that are judged while they are typed',
    reason: 'the page asks as one types',
  },
  tokens: {
    points: 60,
    window: minutes(1),
    grows: false,
    by: 'network',
    about:
      'requests to the token endpoints, refreshing and introspection among them, that do not succeed',
    reason: 'tokens cannot be guessed; what was revoked may be tried by many programs at once',
  },
  limit_events: {
    points: 100,
    window: minutes(1),
    grows: false,
    by: 'everybody',
    about: 'limits that were reached, as entries of the audit trail; metrics count all',
    reason: 'whoever is refused must not be able to fill the disk',
  },
}

export const budgetNames: readonly BudgetName[] = Object.keys(budgets) as BudgetName[]

export function describeBudget(name: BudgetName): DescribedBudget {
  return budgets[name]
}

/** The budgets in force; those that are turned off are not there. */
export type BudgetTable = { readonly [Name in BudgetName]?: Budget }

/** What is in force where nothing else is said. */
export const defaultBudgets: BudgetTable = { ...budgets }
