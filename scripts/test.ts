/** Everything, on a machine with nothing but Node and Debian: `npm test`. Goes on after a failure. */
import { runSteps } from './run-steps.ts'
import { build, checks, debianPackages, suites } from './steps.ts'

const stages = [
  await runSteps([debianPackages]),
  await runSteps(checks, 2),
  await runSteps(build),
  await runSteps(suites),
]
const sum = (key: 'passed' | 'failed') => stages.reduce((total, stage) => total + stage[key], 0)

// CI reads this line: it stays the last one, and alone.
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
if (sum('failed') > 0) process.exitCode = 1
