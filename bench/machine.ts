import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

/** What figures depend on, and nothing that names the machine. */
export interface Machine {
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  /** Before the run: the average of one minute. */
  readonly load: number
}

export function thisMachine(): Machine {
  return {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0]}`,
    load: loadavg()[0] ?? Number.NaN,
  }
}

export function describeMachine({ node, cpu, cores, memoryGiB, system, load }: Machine): string {
  return [
    `Node ${node} on ${system}`,
    `${cpu}, ${cores} core(s), ${memoryGiB} GiB`,
    `load average ${load.toFixed(2)} before the run`,
  ].join('\n')
}

/** Whether processes can be told on which core to run: Linux with util-linux, and two cores. */
export function canPin(): boolean {
  if (cpus().length < 2) return false
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The last core for the load generator, and all others for servers, as `taskset` lists them. */
export function coresBesideMine(): { readonly mine: number; readonly others: string } {
  const mine = cpus().length - 1
  return { mine, others: mine > 1 ? `0-${mine - 1}` : '0' }
}

/** Moves this process, all its threads included, to one core. */
export function pinMyself(core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'ignore' })
}
