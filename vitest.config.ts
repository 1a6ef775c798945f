import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const seconds = 1000
const postgres = { globalSetup: 'test/support/postgres.setup.ts' }
/** For tests of this process alone: what one file has loaded, the next has as well. Loading is a quarter of the time. */
const together = { isolate: false }

/** A folder of tests under test/, with the time that one test of it may take. */
function project(
  name: string,
  timeout: number,
  more: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      setupFiles: 'test/support/clean-up.setup.ts',
      testTimeout: timeout,
      expect: { poll: { timeout: 15 * seconds } },
      hookTimeout: timeout,
      ...more,
    },
  }
}

export default defineConfig({
  test: {
    // Tests that hash passwords, or start servers, slow each other down beyond one per core.
    maxWorkers: 2,
    projects: [
      project('unit', 30 * seconds, { ...together, include: ['src/**/*.test.ts'] }),
      project('house', 30 * seconds),
      project('journeys', 20 * seconds, { ...together, ...postgres }),
      // Its databases are dropped at the end of a file, some hundred and fifty of them.
      project('stores', 30 * seconds, { ...together, ...postgres, hookTimeout: 120 * seconds }),
      project('commands', 120 * seconds, postgres),
      project('vectors', 60 * seconds),
      project('attacks', 60 * seconds, { ...together, ...postgres }),
      // They mostly wait: for what they have stopped, killed or frozen. Two files at once pass beside a third busy program.
      project('faults', 120 * seconds, postgres),
      project('browser', 60 * seconds),
      project('package', 120 * seconds),
    ],
  },
})
