import type { Instant } from '../../../kernel/clock.ts'

const yes = new Set(['true', 't', 'yes', 'y', 'on', '1'])
const no = new Set(['false', 'f', 'no', 'n', 'off', '0'])

/** Reads a boolean in any usual spelling; `undefined` when it is none. */
export function readFlag(value: unknown): boolean | undefined {
  const text = String(value).trim().toLowerCase()
  if (yes.has(text)) return true
  return no.has(text) ? false : undefined
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/

/**
 * Reads a date of ISO 8601 as databases write it, or a count of seconds or milliseconds since 1970.
 * Without a zone it is UTC. `undefined` for anything else, dates that are not in the calendar included.
 */
export function readInstant(value: unknown): Instant | undefined {
  const text = String(value).trim()
  const match = iso.exec(text)
  if (match) return readCalendar(match)
  if (!/^\d{1,16}(?:\.\d{1,9})?$/.test(text)) return undefined
  const count = Number(text)
  return Math.floor(count < earliestMilliseconds ? count * 1000 : count) as Instant
}

/** As seconds it is the year 5138, as milliseconds 1973. */
const earliestMilliseconds = 100_000_000_000

function readCalendar(match: RegExpExecArray): Instant | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    match
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0')
  const local = Date.parse(`${written}.${milliseconds}Z`)
  // The 30th of February is the 1st of March to a parser, and a slip of the pen to us.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(written)) return undefined
  const instant = local - offsetOf(zone)
  return instant < 0 ? undefined : (instant as Instant)
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  if (!sign) return 0
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
