import {
  budgetText,
  type Configuration,
  describeConfiguration,
  reviewConfiguration,
} from '../config/index.ts'
import { budgetNames, describeBudget } from '../core/limits/index.ts'
import { describeHashing } from '../hashing.ts'
import { table } from './table.ts'

/** What may be tried how often, and why. */
function budgetRows({ limits }: Configuration): string[][] {
  const rows = budgetNames.map((name) => {
    const { by, reason } = describeBudget(name)
    const budget = limits[name]
    const growing = budget?.grows ? ', growing' : ''
    return [name, `${budgetText(budget)}${growing}`, `by ${by}`, reason]
  })
  return [['limit', 'points/window', 'counted', 'why'], ...rows]
}

/** `sallyport config` */
export function showConfiguration(configuration: Configuration): void {
  // Fails where the server would.
  describeHashing(configuration)
  const rows = describeConfiguration(configuration)
  const width = (column: 'name' | 'value') => Math.max(...rows.map((row) => row[column].length))
  for (const { name, value, source } of rows) {
    console.log(`${name.padEnd(width('name'))}  ${value.padEnd(width('value'))}  ${source}`)
  }
  console.log('')
  for (const line of table(budgetRows(configuration))) console.log(line)
  for (const warning of reviewConfiguration(configuration)) console.error(`warning: ${warning}`)
}
