import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { findProgram } from './programs.ts'

/**
 * Starts a process that cannot outlive this one. Clean-up on exit is not enough: when a run is
 * interrupted, Vitest kills its workers outright. Only Linux can promise it.
 */
export function spawnTied(program: string, args: string[], options: SpawnOptions): ChildProcess {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined
  return setpriv
    ? spawn(setpriv, ['--pdeathsig', 'KILL', '--', program, ...args], options)
    : spawn(program, args, options)
}
