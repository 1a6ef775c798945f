import { describe, expect, it } from 'vitest'
import { lintPlanted, type Plant } from './planted.ts'

const refused: Record<string, Plant[]> = {
  'lint/style/noRestrictedGlobals': [
    ['a chapter that waits', 'src/core/tokens/a1.ts', 'setTimeout(String, 5)'],
    ['a chapter that asks the network', 'src/core/tokens/a2.ts', "await fetch('/')"],
    ['a chapter that reads the environment', 'src/core/tokens/a3.ts', 'String(process.env)'],
    ['a chapter that writes a log', 'src/core/tokens/a4.ts', "console.log('a')"],
  ],
  // The two plugins of scripts/lint/.
  plugin: [
    ['a chapter that reads the time', 'src/core/tokens/b1.ts', 'export const now = Date.now()'],
    ['a chapter that dates by now', 'src/core/tokens/b2.ts', 'export const now = new Date()'],
    ['a store that reads the time', 'src/stores/sql/b3.ts', 'export const now = Date.now()'],
    [
      'a store that passes the clock on',
      'src/stores/sql/b4.ts',
      'export const { now } = { now: Date.now }',
    ],
    ['a route that makes random bytes', 'src/http/b5.ts', 'export const id = randomBytes(8)'],
    ['a route that makes an id', 'src/http/b6.ts', 'export const id = crypto.randomUUID()'],
    ['a guessable random number', 'src/server/b7.ts', 'export const id = Math.random()'],
    [
      'a type that avoids the layer rules',
      'src/core/tokens/b8.ts',
      "export type A = import('../a.ts').A",
    ],
  ],
  'lint/security/noGlobalEval': [['text that runs as code', 'src/server/c1.ts', "eval('1')"]],
  'lint/nursery/noFloatingPromises': [
    ['a promise that nobody waits for', 'src/server/d1.ts', 'async function work() {}\nwork()'],
  ],
  'lint/suspicious/noImportCycles': [
    [
      'a file that imports its importer',
      'src/server/e1.ts',
      "import { b } from './e2.ts'\nexport const a = b",
    ],
    [
      'the importer of such a file',
      'src/server/e2.ts',
      "import { a } from './e1.ts'\nexport const b = a",
    ],
    [
      'a cycle of types',
      'src/server/e3.ts',
      "import type { B } from './e4.ts'\nexport type A = B[]",
    ],
    [
      'the other half of it',
      'src/server/e4.ts',
      "import type { A } from './e3.ts'\nexport type B = A[]",
    ],
  ],
}

/** What rules that are too strict would refuse. */
const allowed: Plant[] = [
  [
    'the system clock, in its place',
    'src/kernel/clock.ts',
    'export const now = () => Date.now()\n',
  ],
  [
    'a date of a given instant',
    'src/core/tokens/y1.ts',
    'export const at = (ms: number) => new Date(ms)\n',
  ],
  ['a test that reads the time', 'src/core/tokens/y2.test.ts', 'export const now = Date.now()\n'],
  ['a promise that is waited for', 'src/server/y3.ts', 'async function work() {}\nawait work()\n'],
]

const broken = lintPlanted([...Object.values(refused).flat(), ...allowed])

describe('the linter refuses', () => {
  for (const [rule, plants] of Object.entries(refused)) {
    it.each(plants)('%s', (_promise, path) => {
      expect(broken.get(path)).toContain(rule)
    })
  }
})

describe('the linter allows', () => {
  it.each(allowed)('%s', (_promise, path) => {
    expect(broken.get(path)).toEqual([])
  })
})
