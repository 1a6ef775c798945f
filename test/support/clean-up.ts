import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type CleanUp = () => unknown

const pending: CleanUp[] = []

/**
 * Registers what must not outlive the test file: `clean-up.setup.ts` runs it after the file's last
 * test. When the process ends early, only the part before the first `await` is certain to happen.
 */
export function onCleanUp(action: CleanUp): void {
  if (pending.length === 0) catchEarlyEnd()
  pending.push(action)
}

/** Newest first: a process ends before the folder it writes to goes. */
export async function cleanUp(): Promise<void> {
  for (let action = pending.pop(); action; action = pending.pop()) await action()
}

/** A fresh folder outside the repository, gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  // A process just killed may still create files for a moment: hence the retries.
  onCleanUp(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

let catching = false

function catchEarlyEnd(): void {
  if (catching) return
  catching = true
  process.once('exit', () => void cleanUpNow())
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cleanUpNow()
      process.kill(process.pid, signal)
    })
  }
}

function cleanUpNow(): void {
  for (let action = pending.pop(); action; action = pending.pop()) {
    try {
      void action()
    } catch {
      // The process is ending: what is left in the list matters more than this one.
    }
  }
}
