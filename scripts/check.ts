/** What must hold before any commit, in half a minute: `npm run check`. */
import { runSteps } from './run-steps.ts'
import { checks } from './steps.ts'

const { passed, failed } = await runSteps(checks, 2)
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
