import { type Html, html } from './html.ts'

// British order, spelled month: 03/04 would be read as two different days by two readers.
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

/** A moment, readable as it is (in UTC, and saying so); the script rewrites it to local time. */
export function time(moment: Date, precision: 'day' | 'minute'): Html {
  const date = unbroken(day.format(moment))
  const text = precision === 'day' ? date : `${date}, ${unbroken(`${clock.format(moment)} UTC`)}`
  return html`<time datetime="${moment.toISOString()}" data-precision="${precision}">${text}</time>`
}

/** A line may break between the day and the clock, but within neither. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0')
}

/** A length of time as people say it: `30 minutes`, `1 hour 30 minutes`, `7 days`. Rounds to minutes. */
export function duration(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000))
  const parts = [
    count(Math.floor(minutes / 1440), 'day'),
    count(Math.floor(minutes / 60) % 24, 'hour'),
    count(minutes % 60, 'minute'),
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}

function count(amount: number, unit: string): string | undefined {
  if (amount === 0) return undefined
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
