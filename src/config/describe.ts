import { type Budget, type BudgetTable, budgetNames, budgets } from '../core/limits/index.ts'
import { Secret } from '../kernel/secret.ts'
import type { Configuration } from './configuration.ts'
import { writeDuration } from './parsers.ts'
import type { SettingName } from './setting.ts'
import { environmentName, settingNames, settingOf } from './settings.ts'

export interface DescribedSetting {
  readonly name: string
  readonly value: string
  readonly source: string
}

/** The effective values, in the order of the table, with secrets masked. */
export function describeConfiguration(configuration: Configuration): DescribedSetting[] {
  return settingNames.map((name) => ({
    name: environmentName(name),
    value: written(name, configuration[name]),
    source: configuration.sources[name],
  }))
}

function written(name: SettingName, value: unknown): string {
  if (value === undefined) return '(not set)'
  if (settingOf(name).secret || value instanceof Secret) return '(secret)'
  if (value instanceof URL) return value.href.replace(/\/$/, '')
  if (Array.isArray(value)) return value.join(', ') || '(none)'
  if (name === 'limits') return writeBudgets(value as Configuration['limits'])
  if (name === 'password_cost') return writeCost(value as Configuration['password_cost'])
  if (durations.has(name)) return writeDuration(value as Parameters<typeof writeDuration>[0])
  return String(value)
}

/** `memory=19456,passes=2,lanes=1`, as the setting is written. */
export function writeCost(cost: Readonly<Record<string, number>> = {}): string {
  return Object.entries(cost)
    .map(([name, number]) => `${name}=${number}`)
    .join(',')
}

/** Budgets that are others than the defaults, as the setting is written. */
function writeBudgets(table: BudgetTable): string {
  const changed = budgetNames.filter(
    (name) => budgetText(table[name]) !== budgetText(budgets[name]),
  )
  return changed.map((name) => `${name}=${budgetText(table[name])}`).join(', ') || '(none)'
}

/** `5/15m`, or `off`. */
export function budgetText(budget: Budget | undefined): string {
  return budget ? `${budget.points}/${writeDuration(budget.window)}` : 'off'
}

const durations: ReadonlySet<SettingName> = new Set([
  'session_idle',
  'session_lifetime',
  'session_fresh',
  'trusted_devices',
  'audit_retention',
  'token_key_rotation',
  'access_token_lifetime',
  'refresh_token_idle',
  'refresh_token_lifetime',
  'shutdown_grace',
])
