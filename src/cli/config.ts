import { type Configuration, describeConfiguration, reviewConfiguration } from '../config/index.ts'
import { describeHashing } from '../hashing.ts'

/** `sallyport config` */
export function showConfiguration(configuration: Configuration): void {
  // Fails where the server would.
  describeHashing(configuration)
  const rows = describeConfiguration(configuration)
  const width = (column: 'name' | 'value') => Math.max(...rows.map((row) => row[column].length))
  for (const { name, value, source } of rows) {
    console.log(`${name.padEnd(width('name'))}  ${value.padEnd(width('value'))}  ${source}`)
  }
  for (const warning of reviewConfiguration(configuration)) console.error(`warning: ${warning}`)
}
