/**
 * Keeps docs/reference/api/ in step with what the package's entry points export, so that a change
 * of the public surface shows in its diff. `npm run api` updates it, `--check` only compares.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, type ExtractorResult } from '@microsoft/api-extractor'

const root = join(import.meta.dirname, '..')
const reportFolder = join(root, 'docs/reference/api')
const checkOnly = process.argv.includes('--check')

if (!checkOnly) mkdirSync(reportFolder, { recursive: true })
const changed = entryPoints().filter(({ name, types }) => extract(name, types).apiReportChanged)
if (checkOnly && changed.length > 0) {
  console.error(
    `Out of date in docs/reference/api: ${changed.map(({ name }) => `${name}.api.md`).join(', ')}.\n` +
      'When the public API was meant to change: npm run build && npm run api',
  )
  process.exitCode = 1
}

/** `.` is reported as `index`, `./node` as `node`. */
function entryPoints(): { name: string; types: string }[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries<{ types?: string }>(exports).flatMap(([path, { types }]) =>
    types ? [{ name: path.slice(2) || 'index', types: join(root, types) }] : [],
  )
}

function extract(name: string, types: string): ExtractorResult {
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: types,
      compiler: {
        overrideTsconfig: { extends: './tsconfig.json', include: [], files: [types] },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder,
        reportTempFolder: join(root, 'temp/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
  })
  return Extractor.invoke(config, {
    localBuild: !checkOnly,
    messageCallback: (message) => {
      // Its advice on stale reports is for another kind of repository.
      if (message.category === 'console') message.handled = true
    },
  })
}
