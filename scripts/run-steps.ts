import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Step } from './steps.ts'

interface Tally {
  passed: number
  failed: number
}

const limitMinutes = 20
const root = join(import.meta.dirname, '..')
const tools = join(root, 'node_modules/.bin')

/** Runs steps in order, `atOnce` at a time, and prints one line for each as it ends. */
export async function runSteps(steps: readonly Step[], atOnce = 1): Promise<Tally> {
  const waiting = [...steps]
  const total = { passed: 0, failed: 0 }
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const { passed, failed } = await runStep(step)
      total.passed += passed
      total.failed += failed
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return total
}

/** Counts single tests. Whatever else goes wrong, in a test run or elsewhere, is one failure. */
async function runStep(step: Step): Promise<Tally> {
  if (step.report) rmSync(step.report, { force: true })
  const start = performance.now()
  const { succeeded, output } = await execute(step)
  const tests = step.report ? countTests(step.report) : { passed: 0, failed: 0 }
  const failed = Math.max(tests.failed, succeeded ? 0 : 1)

  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const counts = step.report ? `, ${tests.passed} passed, ${tests.failed} failed` : ''
  console.log(`${failed > 0 ? '✗' : '✓'} ${step.name} (${seconds} s${counts})`)
  if (failed > 0) console.log(output.trimEnd())
  return { passed: tests.passed, failed }
}

async function execute({ command }: Step): Promise<{ succeeded: boolean; output: string }> {
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd: root,
    env: {
      ...process.env,
      PATH: `${tools}${delimiter}${process.env['PATH']}`,
      // Hundreds of servers and commands are started: each reads what the first has compiled.
      NODE_COMPILE_CACHE: join(root, 'temp/compile-cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  // Being detached, the step leads a process group: what it has started ends with it.
  const end = (signal: NodeJS.Signals) => child.pid && process.kill(-child.pid, signal)
  const interrupt = () => end('SIGTERM')
  process.once('exit', interrupt)
  let output = ''
  const limit = setTimeout(() => {
    output += `\nStopped after ${limitMinutes} minutes.`
    end('SIGKILL')
  }, limitMinutes * 60_000)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = await once(child, 'close')
  clearTimeout(limit)
  process.off('exit', interrupt)
  return { succeeded: code === 0, output }
}

/** Reads Vitest's JSON report; a run that broke early has written none. */
function countTests(report: string): Tally {
  if (!existsSync(report)) return { passed: 0, failed: 0 }
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
  return { passed: numPassedTests, failed: numFailedTests }
}

// Steps do not share this process's group, so Ctrl-C reaches them only through the exit above.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
