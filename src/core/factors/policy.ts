import { type Duration, minutes } from '../../kernel/clock.ts'

/** How long an app may take from the secret to its first code: to be found, installed and unlocked. */
export const enrolmentLifetime: Duration = minutes(15)

/**
 * With so many wrong codes one after another an app is disabled, whatever time lies between them: NIST SP
 * 800-63B-4 3.2.2. Of codes that are accepted over three steps, who guesses so often finds one in 3,300 times.
 */
export const maxFailures = 100
