import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/**
 * Tells which share of the processor went to programs that are no part of the measurement, since the
 * call before. Only Linux can tell; elsewhere the answer is 0.
 *
 * @param ours - Processor seconds that the servers under test have taken in that time.
 */
export type Neighbours = (ours: number) => number

export function watchNeighbours(): Neighbours {
  let before = reading()
  return (ours) => {
    const after = reading()
    const seconds = (after.at - before.at) / 1000
    const foreign = after.all - before.all - (after.own - before.own) - ours
    before = after
    return Math.max(0, foreign / (seconds * cpus().length))
  }
}

function reading() {
  const { user, system } = process.cpuUsage()
  return { at: performance.now(), all: allSeconds(), own: (user + system) / 1e6 }
}

/**
 * User, nice, system and stolen time of all cores, in seconds (proc(5)). Not that of interrupts: the
 * network's are our own doing, and are charged to nobody.
 */
function allSeconds(): number {
  if (!existsSync('/proc/stat')) return 0
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  const [, user = 0, nice = 0, system = 0, , , , , stolen = 0] = line.split(/ +/).map(Number)
  return (user + nice + system + stolen) / 100
}
