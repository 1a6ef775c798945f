import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** A stop takes effect when each thread gets to it: until then one may answer. Blocks until none can. */
export function untilFrozen(pid: number): void {
  const deadline = performance.now() + 10_000
  while (!threadsOf(pid).every(isStopped)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} does not stop`)
    Atomics.wait(pause, 0, 0, 1)
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4))

/** None where the process has gone. */
function threadsOf(pid: number): string[] {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return []
  return readdirSync(tasks).map((thread) => `${tasks}/${thread}/stat`)
}

/**
 * Stopped, or gone. The state follows the name, which may have any letters:
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function isStopped(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8')
    return /^[TZX]/.test(text.slice(text.lastIndexOf(')') + 2))
  } catch {
    return true
  }
}
