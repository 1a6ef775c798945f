import { between, type Duration, type Instant, minutes, plus } from '../../kernel/clock.ts'
import type { SigningKeyRecord } from './signing-key.ts'

const hours = (count: number) => minutes(count * 60)

/** No access token may live longer: what a key has signed is accepted for as long. */
export const maxAccessLifetime: Duration = hours(24)

/** How long others may take to notice a new key before it signs. */
const lead: Duration = hours(24)

/** Clocks of nodes differ a little. */
const slack: Duration = minutes(5)

/** How long one that is retired is listed, for the record. */
const remembered: Duration = hours(24 * 30)

type Records = readonly SigningKeyRecord[]

/** The key that signs at `now`: the newest whose time has come. */
export function signingKeyAt(records: Records, now: Instant): SigningKeyRecord | undefined {
  const usable = inOrder(records.filter(({ retiredAt }) => retiredAt === undefined))
  // Clocks differ: a first key of another node, made a moment from now, is better than none.
  return usable.findLast(({ signsFrom }) => signsFrom <= now) ?? usable[0]
}

/** When whatever this key has signed is over; `undefined` while it may still sign. */
export function acceptedUntil(record: SigningKeyRecord, records: Records): Instant | undefined {
  if (record.retiredAt !== undefined) return record.retiredAt
  const succeeded = succeededAt(record, records)
  return succeeded && plus(plus(succeeded, maxAccessLifetime), slack)
}

/** When a newer key signs in its place. */
function succeededAt({ generation }: SigningKeyRecord, records: Records): Instant | undefined {
  const newer = records.filter((one) => one.generation > generation && one.retiredAt === undefined)
  return newer.length === 0
    ? undefined
    : (Math.min(...newer.map(({ signsFrom }) => signsFrom)) as Instant)
}

/** Is what this key has signed, or will sign, good at `now`? These are the keys that are published. */
export function isAccepted(record: SigningKeyRecord, records: Records, now: Instant): boolean {
  const until = acceptedUntil(record, records)
  return until === undefined || now < until
}

/** When the next key is to begin, if it is time to make and publish it. */
export function nextKeyFrom(records: Records, every: Duration, now: Instant): Instant | undefined {
  const newest = inOrder(records.filter(({ retiredAt }) => retiredAt === undefined)).at(-1)
  if (!newest) return now
  const due = plus(newest.signsFrom, every)
  if (between(now, due) > lead) return undefined
  return Math.max(due, plus(now, lead)) as Instant
}

/** Keys of which nothing is good any more, nor worth remembering. */
export function forgettable(records: Records, now: Instant): SigningKeyRecord[] {
  const newest = inOrder(records).at(-1)
  return records.filter((record) => {
    const until = acceptedUntil(record, records)
    return record !== newest && until !== undefined && between(until, now) >= remembered
  })
}

export interface SigningKeyState {
  readonly record: SigningKeyRecord
  /** `next` is published, and does not sign yet; what an `accepted` one has signed is good for a while. */
  readonly state: 'signing' | 'next' | 'accepted' | 'over' | 'retired'
  /** Since when it signs or is retired; from when it will sign; until when it is accepted, or was. */
  readonly at: Instant
}

/** Where each key stands, the oldest first. */
export function statesOf(records: Records, now: Instant): SigningKeyState[] {
  const signing = signingKeyAt(records, now)
  return inOrder(records).map((record) => {
    const { signsFrom, retiredAt } = record
    if (retiredAt !== undefined) return { record, state: 'retired', at: retiredAt }
    if (record === signing) return { record, state: 'signing', at: signsFrom }
    const until = acceptedUntil(record, records)
    const succeeded = succeededAt(record, records)
    // Where a newer one was made to sign at once, this one never will.
    const willSign = signsFrom > now && (succeeded === undefined || succeeded > signsFrom)
    if (until === undefined || willSign) return { record, state: 'next', at: signsFrom }
    return { record, state: until <= now ? 'over' : 'accepted', at: until }
  })
}

export function inOrder(records: Records): SigningKeyRecord[] {
  return [...records].sort((a, b) => a.generation - b.generation)
}
