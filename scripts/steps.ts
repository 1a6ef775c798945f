import { join } from 'node:path'

export interface Step {
  name: string
  command: readonly [program: string, ...args: string[]]
  /** Where a test run writes its counts. */
  report?: string
}

/** What must hold before any commit. Needs no server, browser or build. */
export const checks: readonly Step[] = [
  testsOf('unit'),
  testsOf('house'),
  testsOf('vectors'),
  { name: 'format and lint', command: ['biome', 'ci', '--colors=off'] },
  { name: 'types', command: ['tsc'] },
  { name: 'nothing unused', command: ['knip'] },
  { name: 'nothing unused in production', command: ['knip', '--production'] },
]

export const debianPackages: Step = {
  name: 'Debian packages',
  command: [
    'node',
    'scripts/debian-packages.ts',
    'postgresql',
    'chromium',
    'redis-server',
    'memcached',
    'oathtool',
  ],
}

export const build: readonly Step[] = [
  { name: 'build', command: ['node', 'scripts/build.ts'] },
  { name: 'API report', command: ['node', 'scripts/api-report.ts', '--check'] },
]

export const suites: readonly Step[] = [
  testsOf('journeys'),
  testsOf('stores'),
  testsOf('commands'),
  testsOf('attacks'),
  testsOf('faults'),
  testsOf('browser'),
  testsOf('package'),
]

/** One project of vitest.config.ts, in a run of its own: so one without any test fails. */
function testsOf(project: string): Step {
  const report = join(import.meta.dirname, `../temp/tests/${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return {
    name: `${project} tests`,
    command: ['vitest', 'run', '--project', project, ...reporters],
    report,
  }
}
