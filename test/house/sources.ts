import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The repository's files under these paths: new ones too, ignored and deleted ones not. */
export function trackedFiles(...under: string[]): string[] {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...under]
  const listed = execFileSync('git', options, { cwd: root, encoding: 'utf8' })
  return listed.split('\0').filter((path) => path && existsSync(join(root, path)))
}

export function contentOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
