import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import {
  type Configuration,
  configurationOf,
  type GivenSettings,
  type Source,
} from './configuration.ts'
import { environmentName, settingNames, settingOf } from './settings.ts'
import { nearest } from './spelling.ts'

const prefix = 'SALLYPORT_'
const fileName = `${prefix}CONFIG_FILE`
const names = new Map(settingNames.map((name) => [environmentName(name), name]))

/** What was given as text, and what is wrong with how it was given. */
export interface ReadSettings {
  readonly given: GivenSettings
  readonly problems: readonly string[]
}

/**
 * Reads the environment, then the optional file named by `SALLYPORT_CONFIG_FILE`, which holds the
 * same names in the form of an env file. The environment wins.
 *
 * @throws {ConfigurationError} with every problem of both.
 */
export function loadConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const { given, problems } = readSettings(environment)
  return configurationOf(given, problems)
}

/** The same, before anything is known about the values: in this form they can be sent elsewhere. */
export function readSettings(environment: NodeJS.ProcessEnv): ReadSettings {
  const problems: string[] = []
  const path = environment[fileName]
  const file = path === undefined ? {} : readSettingsFile(path, problems)
  const given = {
    ...settingsIn(file, 'file', problems),
    ...settingsIn(environment, 'environment', problems),
  }
  return { given, problems }
}

function readSettingsFile(path: string, problems: string[]): NodeJS.Dict<string> {
  const text = readText(path, fileName, problems)
  const file = parseEnv(text ?? '')
  for (const name of Object.keys(file)) {
    if (!name.startsWith(prefix)) problems.push(`${name} in ${fileName} is not a setting`)
  }
  return file
}

function settingsIn(texts: NodeJS.Dict<string>, source: Source, problems: string[]): GivenSettings {
  const given: GivenSettings = {}
  for (const [key, text] of Object.entries(texts)) {
    if (text === undefined || !key.startsWith(prefix) || key === fileName) continue
    const name = names.get(key) ?? names.get(key.replace(/_FILE$/, ''))
    if (!name || (!names.has(key) && !settingOf(name).secret)) {
      problems.push(`${key} is not a setting${suggestion(key)}`)
    } else if (given[name]) {
      problems.push(`${environmentName(name)} is given twice, as text and as file`)
    } else {
      const value = names.has(key) ? text : readText(text, key, problems)?.trimEnd()
      if (value !== undefined) given[name] = { text: value, source }
    }
  }
  return given
}

function readText(path: string, name: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    problems.push(
      `${name} names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`,
    )
    return undefined
  }
}

function suggestion(key: string): string {
  const near = nearest(key, [...names.keys()])
  return near ? `; did you mean ${near}?` : ''
}
