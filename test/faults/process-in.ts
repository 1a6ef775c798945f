import { readdirSync, readlinkSync } from 'node:fs'

/** The id of the process that runs in a folder of its own, as each server of these tests does. */
export function processIn(folder: string): number {
  const id = find(folder)
  if (id === undefined) throw new Error(`No process runs in ${folder}`)
  return id
}

export function isProcessIn(folder: string): boolean {
  return find(folder) !== undefined
}

function find(folder: string): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((id) => folderOf(id) === folder)
}

function folderOf(id: number): string | undefined {
  try {
    return readlinkSync(`/proc/${id}/cwd`)
  } catch {
    return undefined
  }
}
