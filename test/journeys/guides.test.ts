import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/clean-up.ts'
import { cleanEnvironment, commandLine } from '../support/command.ts'

const folder = join(import.meta.dirname, '../../docs/guides')
const guides = readdirSync(folder).filter((name) => name !== 'README.md')

/** The fenced blocks of a document in one of these languages. */
function blocksOf(text: string, ...languages: string[]): string[] {
  const fenced = text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...fenced].flatMap(([, language, block]) =>
    languages.includes(language ?? '') ? [block ?? ''] : [],
  )
}

/** A folder in which `sallyport` is the command of this repository. */
function folderWithCommand(): string {
  const bin = temporaryFolder()
  const words = [process.execPath, ...commandLine()].map((word) => `'${word}'`).join(' ')
  writeFileSync(join(bin, 'sallyport'), `#!/bin/sh\nexec ${words} "$@"\n`)
  chmodSync(join(bin, 'sallyport'), 0o755)
  return bin
}

/** Types what the guide says into a shell, with the guide's sample for a file. */
function follow(guide: string): { sample: string; output: string } {
  const text = readFileSync(join(folder, guide), 'utf8')
  const [command = ''] = blocksOf(text, 'sh').filter((block) =>
    block.includes('sallyport users import'),
  )
  const [sample = ''] = blocksOf(text, 'csv', 'jsonl')
  const [, file = ''] = /sallyport users import (\S+)/.exec(command) ?? []
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, file), sample)
  const path = folderWithCommand() + delimiter + (process.env['PATH'] ?? '')
  const env = { ...cleanEnvironment({}), PATH: path }
  const output = execFileSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' })
  expect(readdirSync(cwd), 'a dry run leaves nothing').toEqual([file])
  return { sample, output }
}

describe('the guide', () => {
  it.each(guides)('%s has a sample of which its own command refuses no row', (guide) => {
    const { sample, output } = follow(guide)
    const heads = sample.startsWith('{') ? 0 : 1
    const rows = sample.trimEnd().split('\n').length - heads
    expect(output).toMatch(new RegExp(`^ *${rows} {2}new$`, 'm'))
    expect(output).toMatch(/^ *0 {2}refused$/m)
    expect(output).toMatch(/upgraded to argon2id$/m)
    expect(output).toMatch(/\nNothing was written\. Add --apply to import\.\n$/)
  })

  it('is there for every system that the list names, and the list names each', () => {
    const list = readFileSync(join(folder, 'README.md'), 'utf8')
    const named = [...list.matchAll(/\((\w[\w-]*\.md)\)/g)].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set(guides))
  })
})
