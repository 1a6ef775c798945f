import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../support/clean-up.ts'

/** A source file to try the linter on. */
export type Plant = readonly [promise: string, path: string, content: string]

const root = join(import.meta.dirname, '../..')

/** Lints files that exist only for this, under the repository's own rules. Tells the broken rules by path. */
export function lintPlanted(plants: readonly Plant[]): Map<string, string[]> {
  const folder = temporaryFolder()
  for (const path of ['biome.json', '.gitignore', 'scripts/lint']) {
    cpSync(join(root, path), join(folder, path), { recursive: true })
  }
  for (const [, path, content] of plants) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const broken = new Map<string, string[]>(plants.map(([, path]) => [path, []]))
  for (const { category, location } of lint(folder)) broken.get(location.path)?.push(category)
  return broken
}

interface Diagnostic {
  category: string
  location: { path: string }
}

function lint(folder: string): Diagnostic[] {
  const options = ['lint', '--reporter=json', '--max-diagnostics=none']
  try {
    execFileSync(join(root, 'node_modules/.bin/biome'), options, { cwd: folder, stdio: 'pipe' })
  } catch (error) {
    // Broken rules are what we are after: Biome then ends with an error, and still reports them all.
    return JSON.parse(String((error as { stdout: Buffer }).stdout)).diagnostics
  }
  throw new Error('The linter found nothing at all.')
}
