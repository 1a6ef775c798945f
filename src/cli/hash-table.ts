import { writeCost } from '../config/index.ts'
import type { HashReading, TallyLine } from '../core/flows/import/index.ts'
import { bar, grouped } from './progress.ts'
import { table } from './table.ts'

const barWidth = 20

/** A line for each scheme and cost: how many accounts, their share, and what the next sign-in does. */
export function hashTable(lines: readonly TallyLine[], making: string): string[] {
  const total = lines.reduce((sum, { accounts }) => sum + accounts, 0)
  const keyed = lines.some(({ reading }) => 'key' in reading && reading.key)
  const rows = lines.map(({ reading, accounts }) => [
    ...describeReading(reading, keyed),
    grouped(accounts),
    `${((accounts / total) * 100).toFixed(1)} %`,
    bar(accounts / total, barWidth),
    outlook(reading, making),
  ])
  const head = ['scheme', 'cost', ...(keyed ? ['key'] : []), 'accounts', 'share', '']
  const right = keyed ? [3, 4] : [2, 3]
  return table([[...head, 'at the next sign-in'], ...rows], right)
}

function describeReading(reading: HashReading, keyed: boolean): string[] {
  const key = 'key' in reading ? reading.key : undefined
  return [nameOf(reading), costOf(reading), ...(keyed ? [key ?? '-'] : [])]
}

function nameOf(reading: HashReading): string {
  switch (reading.kind) {
    case 'accepted':
      return reading.scheme
    case 'no_password':
      return '(no password)'
    case 'refused':
      return reading.scheme ?? '(unknown)'
  }
}

function costOf(reading: HashReading): string {
  return reading.kind === 'accepted' ? writeCost(reading.cost) || '-' : '-'
}

const refusals: Readonly<Record<Extract<HashReading, { kind: 'refused' }>['rule'], string>> = {
  not_understood: 'REFUSED: not understood',
  not_accepted: 'REFUSED: not in SALLYPORT_PASSWORD_SCHEMES',
  too_expensive: 'REFUSED: too expensive',
  unknown_key: 'REFUSED: its key is not in SALLYPORT_PASSWORD_PEPPER',
}

function outlook(reading: HashReading, making: string): string {
  switch (reading.kind) {
    case 'accepted':
      return reading.upgraded ? `upgraded to ${making}` : 'kept'
    case 'no_password':
      return 'no sign-in by password'
    case 'refused':
      return refusals[reading.rule]
  }
}
