import type { Instant } from '../../../kernel/clock.ts'
import {
  type Account,
  type AccountId,
  type NameRule,
  parseEmail,
  parseName,
} from '../../accounts/index.ts'
import type { PasswordHash } from '../../passwords/index.ts'
import type { Columns, HashRule } from './columns.ts'
import type { HashReader, HashReading, HashRefusal } from './hash-reader.ts'
import { isAbsent, type RowRule, type SourceRecord } from './row.ts'
import { readFlag, readInstant } from './values.ts'

/** Somebody who can be brought in. */
export interface Newcomer {
  readonly account: Account
  /** `undefined` for an account without a password. */
  readonly hash: PasswordHash | undefined
  readonly reading: HashReading
}

/** A field of a row and the rule that it breaks. Never the value: it may be a hash, and it is about people. */
export type ImportProblem =
  | { readonly field: 'row'; readonly rule: RowRule }
  | { readonly field: 'email'; readonly rule: 'required' | 'malformed' | 'duplicate' }
  | { readonly field: 'name'; readonly rule: NameRule | 'not_text' }
  | { readonly field: 'hash'; readonly rule: HashRule }
  | { readonly field: 'hash'; readonly rule: HashRefusal; readonly scheme: string | undefined }
  | { readonly field: 'created' | 'verified'; readonly rule: 'malformed' | 'in_the_future' }
  | { readonly field: 'disabled'; readonly rule: 'malformed' }

export interface PersonContext {
  readonly columns: Columns
  readonly hashes: HashReader
  readonly now: Instant
  readonly newId: () => AccountId
}

/** Reads one person out of a row, or tells every rule that the row breaks. */
export function readPerson(
  record: SourceRecord,
  { columns, hashes, now, newId }: PersonContext,
): { readonly newcomer: Newcomer } | { readonly problems: readonly ImportProblem[] } {
  const problems: ImportProblem[] = []
  const given = (field: 'email' | 'name' | 'created' | 'disabled' | 'verified') =>
    columns.valueOf(field, record)

  const address = readAddress(given('email'), problems)
  const fullName = address && readName(given('name'), address.email, problems)
  const password = readHash(columns.hashIn(record), hashes, problems)
  const createdAt = readTime('created', given('created'), now, problems)
  const disabled = readDisabled(given('disabled'), problems)
  const emailVerifiedAt = readVerified(given('verified'), now, problems)

  if (problems.length > 0 || !address || !fullName || !password) return { problems }
  const account: Account = {
    id: newId(),
    email: address.email,
    canonicalEmail: address.canonical,
    fullName,
    status: disabled ? 'disabled' : 'active',
    role: 'user',
    epoch: 0,
    createdAt: createdAt ?? now,
    emailVerifiedAt,
  }
  return { newcomer: { account, ...password } }
}

function readAddress(value: unknown, problems: ImportProblem[]) {
  if (isAbsent(value)) {
    problems.push({ field: 'email', rule: 'required' })
    return undefined
  }
  const address = typeof value === 'string' ? parseEmail(value) : undefined
  if (!address) problems.push({ field: 'email', rule: 'malformed' })
  return address
}

/** Without a name, what stands before the `@`; where that shows nothing, the whole address. */
function readName(value: unknown, email: string, problems: ImportProblem[]) {
  if (typeof value === 'object' && value !== null) {
    problems.push({ field: 'name', rule: 'not_text' })
    return undefined
  }
  const given = isAbsent(value) ? '' : String(value)
  const candidates = given.trim() ? [given] : [email.slice(0, email.indexOf('@')), email]
  const named = candidates.map(parseName)
  const found = named.find((one) => 'name' in one)
  if (found) return found.name
  const [first] = named
  if (first && 'broken' in first) problems.push({ field: 'name', rule: first.broken })
  return undefined
}

function readHash(
  given: ReturnType<Columns['hashIn']>,
  hashes: HashReader,
  problems: ImportProblem[],
): Pick<Newcomer, 'hash' | 'reading'> | undefined {
  if ('broken' in given) {
    problems.push({ field: 'hash', rule: given.broken })
    return undefined
  }
  const reading = given.text === undefined ? withoutPassword : hashes.read(given.text)
  switch (reading.kind) {
    case 'no_password':
      return { hash: undefined, reading }
    case 'accepted':
      return { hash: given.text as PasswordHash, reading }
    case 'refused':
      problems.push({ field: 'hash', rule: reading.rule, scheme: reading.scheme })
      return undefined
  }
}

const withoutPassword: HashReading = { kind: 'no_password' }

function readTime(
  field: 'created' | 'verified',
  value: unknown,
  now: Instant,
  problems: ImportProblem[],
): Instant | undefined {
  if (isAbsent(value)) return undefined
  const instant = readInstant(value)
  if (instant === undefined) problems.push({ field, rule: 'malformed' })
  // Such as microseconds, read as milliseconds. A day for clocks and zones that differ.
  else if (instant > now + 86_400_000) problems.push({ field, rule: 'in_the_future' })
  return instant
}

function readDisabled(value: unknown, problems: ImportProblem[]): boolean {
  if (isAbsent(value)) return false
  const flag = readFlag(value)
  if (flag === undefined) problems.push({ field: 'disabled', rule: 'malformed' })
  return flag ?? false
}

/** A boolean, or the time when it was verified. */
function readVerified(
  value: unknown,
  now: Instant,
  problems: ImportProblem[],
): Instant | undefined {
  if (isAbsent(value)) return undefined
  const flag = readFlag(value)
  if (flag !== undefined) return flag ? now : undefined
  return readTime('verified', value, now, problems)
}
