/**
 * Writes the pages of docs/reference that follow from the code: `npm run docs`.
 * With `--check` it writes nothing and fails when a page is behind.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createProgram } from '../src/cli/program.ts'
import { budgetText } from '../src/config/index.ts'
import { environmentName, settingNames, settingOf } from '../src/config/settings.ts'
import { auditTypes } from '../src/core/audit/index.ts'
import { budgetNames, describeBudget } from '../src/core/limits/index.ts'
import { problemKinds } from '../src/http/problems.ts'
import { type FigureName, figures } from '../src/metrics/figures.ts'
import { labelsOf } from '../src/metrics/labels.ts'

const folder = join(import.meta.dirname, '../docs/reference')
const pages: Readonly<Record<string, () => string>> = {
  'audit.md': auditPage,
  'commands.md': commandsPage,
  'configuration.md': configurationPage,
  'limits.md': limitsPage,
  'metrics.md': metricsPage,
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

function limitsPage(): string {
  const rows = budgetNames.map((name) => {
    const described = describeBudget(name)
    const { grows, by, about, reason } = described
    const budget = `\`${budgetText(described)}\`${grows ? ', growing' : ''}`
    return `| \`${name}\` | ${budget} | ${by} | ${about} | ${reason} |`
  })
  return `# Limits

Written from src/core/limits/budgets.ts by \`npm run docs\`.

So many within a time, and any stretch of that length holds no more. A wait that grows doubles each time that all points were
spent, up to a day. \`SALLYPORT_LIMITS\` changes budgets (\`sign_in=10/1m\`) or turns them off (\`registration=off\`); \`sallyport config\`
shows what is in force. What is counted, and what a client is told: [limits and lockout](../limits.md).

| budget | points | counted by | what | why |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function auditPage(): string {
  const rows = Object.entries(auditTypes).map(
    ([type, [outcome, text]]) => `| \`${type}\` | ${outcome} | ${text} |`,
  )
  return `# Events of the audit trail

Written from src/core/audit/event.ts by \`npm run docs\`.

The closed list. Each entry has its number, time, type, outcome, actor (an account, \`operator\`, \`system\` or \`stranger\`),
subject (whose account it is about), session, address, agent, what is in \`details\`, and the hash that ties it to those
before. How to read, keep and prove it: [the audit trail](../audit.md).

| type | outcome | what its owner reads |
|---|---|---|
${rows.join('\n')}

Causes of \`login.refused\` and of ends of sessions are in the labels of [metrics](metrics.md): \`sallyport_sign_ins_total\` and
\`sallyport_sessions_ended_total\`.
`
}

function metricsPage(): string {
  const rows = Object.entries(figures).map(
    ([name, { name: shown, type, help }]) =>
      `| \`${shown}\` | ${type} | ${labelsText(name as FigureName)} | ${help} |`,
  )
  return `# Metrics

Written from src/metrics by \`npm run docs\`.

\`GET /metrics\` on the management listener answers in Prometheus' text format (0.0.4), \`auth.metrics()\` gives an application
its own engine's. Labels have the values that are listed here and no others: nothing that a client writes becomes one. With several
workers the figures are those of one server ([workers](../workers.md)): counts, times and queues are added up, and of a worker
that has gone its counts and times stay.

| name | type | labels | meaning |
|---|---|---|---|
${rows.join('\n')}

Beside these the server has what prom-client tells of every process: \`process_…\` (processor time, memory, file descriptors, start)
and \`nodejs_…\` (event loop, heap, garbage collection). With several workers they are sums too, but for the delays of the
event loop (means; least and greatest where the name says so) and the start, which is that of the first process.

Several nodes are several servers to a collector: of \`sallyport_sessions_active\`, which each counts in the database that they share,
take the greatest, of all others the sum.
`
}

/** Routes and statuses are many, and told by the table of routes. */
function labelsText(name: FigureName): string {
  if (name === 'requests') return '`method`; `route`: its path, or `(none)`; `status`'
  const labels: Readonly<Record<string, object>> = name in labelsOf ? labelsOf[name as never] : {}
  return Object.entries(labels)
    .map(([label, values]) => `\`${label}\`: ${listOf(Object.keys(values))}`)
    .join('; ')
}

function listOf(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ')
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
