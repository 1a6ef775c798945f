/**
 * Writes the pages of docs/reference that follow from the code: `npm run docs`.
 * With `--check` it writes nothing and fails when a page is behind.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createProgram } from '../src/cli/program.ts'
import { environmentName, settingNames, settingOf } from '../src/config/settings.ts'
import { problemKinds } from '../src/http/problems.ts'

const folder = join(import.meta.dirname, '../docs/reference')
const pages: Readonly<Record<string, () => string>> = {
  'commands.md': commandsPage,
  'configuration.md': configurationPage,
  'problems.md': problemsPage,
}

const check = process.argv.includes('--check')
for (const [name, page] of Object.entries(pages)) {
  const path = join(folder, name)
  const written = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (written === page()) continue
  if (check) {
    console.error(`docs/reference/${name} is behind the code: run \`npm run docs\``)
    process.exitCode = 1
  } else {
    writeFileSync(path, page())
    console.log(`wrote docs/reference/${name}`)
  }
}

function commandsPage(): string {
  return `# Commands

Written from src/cli by \`npm run docs\`: what \`--help\` says of each.

${sectionsOf(createProgram()).join('\n\n')}
`
}

function sectionsOf(command: Command, parents: readonly string[] = []): string[] {
  const path = [...parents, command.name()]
  let text = ''
  const write = (part: string) => {
    text += part
  }
  command.configureOutput({ writeOut: write, getOutHelpWidth: () => 100 })
  command.outputHelp()
  const section = `## ${path.join(' ')}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``
  const visible = command.createHelp().visibleCommands(command)
  const others = visible.filter((one) => one.name() !== 'help')
  return [section, ...others.flatMap((one) => sectionsOf(one, path))]
}

function configurationPage(): string {
  return `# Configuration

Written from src/config/settings.ts by \`npm run docs\`.

Settings are environment variables. \`SALLYPORT_CONFIG_FILE\` (or \`--config\`) names a file that holds the same names in
the form of an env file; the environment wins. Unknown names are errors, and all problems are reported at once.
\`sallyport config\` shows what is in force and where it comes from, with secrets masked.

${settingsTable()}
`
}

function problemsPage(): string {
  const rows = Object.entries(problemKinds).map(
    ([code, [status, title, detail]]) => `| \`${code}\` | ${status} | ${title} | ${detail} |`,
  )
  return `# Problems

Written from src/http/problems.ts by \`npm run docs\`.

Every refusal is an \`application/problem+json\` document (RFC 9457): \`type\` is \`urn:sallyport:problem:CODE\`; \`title\`,
\`status\` and \`detail\` are for people; \`code\` is for programs and stays the same; \`request_id\` finds the request in the
log. \`invalid_fields\` adds \`errors\`, a list of \`{ field, rule, message }\`: never the value.

| code | status | title | detail |
|---|---|---|---|
${rows.join('\n')}
`
}

function settingsTable(): string {
  const rows = settingNames.map((name) => {
    const { about, default: standard, reason, secret } = settingOf(name)
    const shown = standard === undefined ? '' : standard === '' ? '(none)' : `\`${standard}\``
    const file = secret ? ` Also \`${environmentName(name)}_FILE\`.` : ''
    return `| \`${environmentName(name)}\` | ${about}.${file} | ${shown} | ${reason} |`
  })
  return [
    '| setting | meaning | default | why, or what it is then |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')
}
