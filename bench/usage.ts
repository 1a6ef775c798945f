import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Memory that is resident, in MiB; only Linux tells. */
export interface Memory {
  readonly now: () => number
  /** The most since the start, or since the last {@link Memory.forgetPeak}. */
  readonly peak: () => number
  readonly forgetPeak: () => void
}

/** Something whose processor time so far can be told; only Linux tells. */
export interface Worked {
  readonly cpuSeconds: () => number | undefined
}

/** Counts processor time from now on; the answer tells how much there has been since. */
export function processorTimeOf({ cpuSeconds }: Worked): () => number | undefined {
  const before = cpuSeconds()
  return () => {
    const after = cpuSeconds()
    return before === undefined || after === undefined ? undefined : after - before
  }
}

/** A server, with the work that another one has by it counted in. */
export function withBackend<Server extends Worked>(server: Server, backend: Worked): Server {
  const cpuSeconds = () => {
    const [own, other] = [server.cpuSeconds(), backend.cpuSeconds()]
    return own === undefined || other === undefined ? undefined : own + other
  }
  return { ...server, cpuSeconds }
}

/** User and system time of a process, and of those children that it has or had (proc(5)). */
export function cpuSecondsOf(pid: number | undefined): number | undefined {
  const own = ticksOf(pid)
  if (own === undefined) return undefined
  const children = childrenOf(pid).map((child) => ticksOf(child) ?? 0)
  return children.reduce((sum, ticks) => sum + ticks, own) / 100
}

/** Hundredths of a second: utime, stime, cutime and cstime (the name in front of them may hold blanks). */
function ticksOf(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return undefined
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? []
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0)
}

function childrenOf(pid: number | undefined): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return listed.match(/\d+/g)?.map(Number) ?? []
}

/** Resident memory of the whole process (proc(5): status; 5 in clear_refs forgets the peak). */
export function memoryOf(pid: number | undefined): Memory {
  const mebibytes = (name: 'VmRSS' | 'VmHWM') => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  }
  return {
    now: () => mebibytes('VmRSS'),
    peak: () => mebibytes('VmHWM'),
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
  }
}
