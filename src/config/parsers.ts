import { BlockList, isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import {
  type BudgetName,
  type BudgetTable,
  budgetNames,
  defaultBudgets,
} from '../core/limits/index.ts'
import { type Duration, milliseconds } from '../kernel/clock.ts'
import { Secret } from '../kernel/secret.ts'
import { isLoopback } from './loopback.ts'

/** How one text of the environment is read. */
export type Parser<Value> = z.ZodType<Value, string>

/** Messages complete the sentence "SALLYPORT_X must be …". */

export const text = (max: number): Parser<string> =>
  z
    .string()
    .refine(
      (value) => value.trim() !== '' && value.length <= max,
      `a text of 1 to ${max} characters`,
    )

export const choice = <const Choice extends string>(choices: readonly Choice[]): Parser<Choice> =>
  z
    .string()
    .refine((value) => choices.some((one) => one === value), `one of: ${choices.join(', ')}`)
    .transform((value) => value as Choice)

export const flag: Parser<boolean> = choice(['true', 'false']).transform(
  (value) => value === 'true',
)

export const wholeNumber = (min: number, max: number): Parser<number> =>
  z
    .string()
    .regex(/^\d{1,9}$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`)

const mostWorkers = 128

/** `auto` is one for each core that this process may use. */
export const workerCount: Parser<number> = z
  .string()
  .refine(
    (value) => value === 'auto' || wholeNumber(1, mostWorkers).safeParse(value).success,
    `a whole number from 1 to ${mostWorkers}, or auto`,
  )
  .transform((value) =>
    value === 'auto' ? Math.min(availableParallelism(), mostWorkers) : Number(value),
  )

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export const duration = (min: string, max: string): Parser<Duration> => {
  const rule = `a duration from ${min} to ${max}, such as 90s, 30m, 12h or 7d`
  return z
    .string()
    .refine((value) => readDuration(value) !== undefined, rule)
    .transform((value) => readDuration(value) as Duration)
    .refine((value) => value >= known(min) && value <= known(max), rule)
}

function readDuration(value: string): Duration | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(value)
  return match ? milliseconds(Number(match[1]) * units[match[2] as keyof typeof units]) : undefined
}

function known(value: string): Duration {
  return readDuration(value) as Duration
}

/** `90000` as `90s`: the largest unit that leaves no rest; a day is shown as `24h`, as people say it. */
export function writeDuration(value: Duration): string {
  const unit = (['d', 'h', 'm', 's'] as const).find(
    (name) => value % units[name] === 0 && value > (name === 'd' ? units.d : 0),
  )
  return unit ? `${value / units[unit]}${unit}` : `${value}ms`
}

/** An origin and nothing else: links and cookie rules are built from it. */
export const publicAddress: Parser<URL> = z
  .string()
  .refine(isOrigin, 'an http or https address without path, such as https://id.example.com')
  .transform((value) => new URL(value))

function isOrigin(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return false
  return url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
}

/** A folder, with its slash: what is asked for is added to it. */
export const rangesAddress: Parser<URL> = z
  .string()
  .refine(
    isPrivateFolder,
    'an https address (or http on this machine) without query, such as https://api.pwnedpasswords.com/range/',
  )
  .transform((value) => new URL(value.endsWith('/') ? value : `${value}/`))

function isPrivateFolder(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || url.search || url.hash || url.username || url.password) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

export const postgresAddress: Parser<Secret> = z
  .string()
  .refine(
    (value) => URL.canParse(value) && /^postgres(?:ql)?:\/\//.test(value),
    'an address such as postgres://user:password@host:5432/name',
  )
  .transform((value) => new Secret(value))

/** What begins as it should; whoever connects reads the rest. */
export const addressOf = (shape: RegExp, such: string): Parser<string> =>
  z
    .string()
    .refine((value) => value.length <= 2048 && shape.test(value), `an address such as ${such}`)

/** Sample values from guides and documentation: worth nothing as keys (CWE-1392). */
const samples =
  /change.?me|your.?secret|example|placeholder|keep.?it.?secret|09d25e094faa6ca2556c818166b7a956/i

export const masterKeys: Parser<[Secret, ...Secret[]]> = z
  .string()
  .transform((value) => value.split(',').map((key) => key.trim()))
  .refine(
    (keys) =>
      keys.every((key) => key.length >= 32 && key.length <= 1024 && new Set(key).size >= 10),
    'a random text of at least 32 characters (make one with `sallyport secret`), or several, separated by commas',
  )
  .refine(
    (keys) => !keys.some((key) => samples.test(key)),
    'a random text of your own, not one from a guide (make one with `sallyport secret`)',
  )
  .transform((keys) => keys.map((key) => new Secret(key)) as [Secret, ...Secret[]])

/** Names separated by commas, such as `argon2id, bcrypt`. What they mean is checked where they are used. */
export const schemeNames: Parser<readonly string[]> = z
  .string()
  .transform((value) => value.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.length <= 100 && names.every((name) => /^[a-z][a-z0-9_]{0,63}$/.test(name)),
    'names of schemes separated by commas, such as argon2id, bcrypt',
  )

/** `memory=65536, passes=3` */
export const schemeCost: Parser<Readonly<Record<string, number>>> = z
  .string()
  .refine(
    (value) => /^\s*[a-z]+=\d{1,9}(?:\s*,\s*[a-z]+=\d{1,9})*\s*$/.test(value),
    'parts of the cost with a whole number each, such as memory=65536,passes=3',
  )
  .transform((value) => {
    const parts = value.split(',').map((part) => part.trim().split('='))
    return Object.fromEntries(parts.map(([name, number]) => [name, Number(number)]))
  })

/** A key with the name that hashes know it by. */
export interface NamedKey {
  readonly id: string
  readonly key: Secret
}

/** `2026:kJ…,2025:Zq…`: an id and a random text each. */
export const namedKeys: Parser<readonly NamedKey[]> = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .refine(
    (parts) => parts.every((part) => /^[A-Za-z0-9_.-]{1,32}:.{32,1024}$/.test(part)),
    'an id, a colon and a random text of at least 32 characters (make one with `sallyport secret`), or several, separated by commas',
  )
  .refine(
    (parts) => !parts.some((part) => samples.test(part)),
    'a random text of your own, not one from a guide (make one with `sallyport secret`)',
  )
  .transform((parts) =>
    parts.map((part) => {
      const colon = part.indexOf(':')
      return { id: part.slice(0, colon), key: new Secret(part.slice(colon + 1)) }
    }),
  )

/** Addresses and networks of reverse proxies, such as `10.0.0.0/8, ::1`. */
export const networks: Parser<readonly string[]> = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine(
    (parts) => parts.length <= 100 && parts.every((part) => readNetwork(part) !== undefined),
    'addresses or networks separated by commas, such as 10.0.0.0/8, ::1',
  )

function readNetwork(
  part: string,
): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', bits, ...rest] = part.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits)))
    return undefined
  const width = version === 4 ? 32 : 128
  const prefix = bits === undefined ? width : Number(bits)
  return prefix <= width ? { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined
}

export function blockListOf(parts: readonly string[]): BlockList {
  const list = new BlockList()
  for (const part of parts) {
    const network = readNetwork(part)
    if (network) list.addSubnet(network.address, network.prefix, network.family)
  }
  return list
}

/** `sign_in=10/1m, registration=off`: the budgets in force, those that are not named at their defaults. */
export const budgetTable: Parser<BudgetTable> = z
  .string()
  .refine(
    (value) => partsOf(value).every((part) => readBudget(part) !== undefined),
    `budgets such as sign_in=10/1m or registration=off, separated by commas (1 to 100000 points, 1s to 365d); there are ${budgetNames.join(', ')}, and all=off`,
  )
  .refine((value) => {
    const names = partsOf(value).map((part) => part.split('=')[0])
    return new Set(names).size === names.length
  }, 'budgets that are each named once')
  .transform((value) => {
    const given = new Map(partsOf(value).flatMap((part) => readBudget(part) ?? []))
    const rest = given.get('all')
    return Object.fromEntries(
      budgetNames.flatMap((name) => {
        const own = given.get(name) ?? rest
        if (own === 'off') return []
        return [[name, { ...defaultBudgets[name], ...own }]]
      }),
    )
  })

function partsOf(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

type GivenBudget = 'off' | { readonly points: number; readonly window: Duration }

function readBudget(part: string): [readonly [BudgetName | 'all', GivenBudget]] | undefined {
  const [, name = '', off, points, window = ''] =
    /^([a-z_]+)=(?:(off)|(\d{1,6})\/(\w+))$/.exec(part) ?? []
  const known = [...budgetNames, 'all' as const].find((one) => one === name)
  if (!known) return undefined
  if (off) return [[known, 'off']]
  const within = duration('1s', '365d').safeParse(window)
  const count = wholeNumber(1, 100_000).safeParse(points)
  if (known === 'all' || !within.success || !count.success) return undefined
  return [[known, { points: count.data, window: within.data }]]
}
