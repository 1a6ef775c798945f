import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const documents = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))

describe('documents', () => {
  it('that follow from the code are up to date', () => {
    execFileSync(process.execPath, ['scripts/reference.ts', '--check'], {
      cwd: root,
      stdio: 'pipe',
    })
  })

  it.each(documents)('%s links only to what is there', (path) => {
    const targets = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target]) => target,
    )
    const missing = targets.filter((target) => !existsSync(join(root, dirname(path), target ?? '')))
    expect(missing).toEqual([])
  })

  it.each(['CONTRIBUTING.md', ...documents.filter((path) => path.startsWith('src/'))])(
    '%s names only source files that are there',
    (path) => {
      const named = [...read(path).matchAll(/`((?:src|test|docs|scripts)\/[\w./-]+)`/g)]
      const missing = named
        .map(([, name]) => name ?? '')
        .filter((name) => !existsSync(join(root, name)))
      expect(missing).toEqual([])
    },
  )

  it('give every chapter a README of at most sixty lines', () => {
    for (const path of documents.filter((one) => one.startsWith('src/'))) {
      expect(read(path).split('\n').length, path).toBeLessThanOrEqual(61)
    }
  })

  it('give every dependency its reason', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const reasons = read('docs/decisions/0002-dependencies.md')
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      expect(reasons).toContain(name.startsWith('@types/') ? '`@types/*`' : `\`${name}\``)
    }
  })

  it('list every decision', () => {
    const index = read('docs/decisions/README.md')
    const records = documents.filter((path) => /^docs\/decisions\/\d/.test(path))
    expect(records.length).toBeGreaterThan(0)
    for (const path of records) expect(index).toContain(`(${path.split('/').at(-1)})`)
  })

  it('name in the README only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const named = [
      ...read('README.md').matchAll(/npm (?:run )?(start|test|check|docs|build|api)\b/g),
    ]
    for (const [, name] of named) expect(scripts).toHaveProperty(name ?? '')
  })
})
