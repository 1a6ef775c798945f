import { expect } from 'vitest'
import type { AuditEntry, AuditType } from '../../src/core/audit/index.ts'
import type { Auth } from '../../src/index.ts'
import { App, type Person } from './app.ts'
import { cookieNamed } from './passkeys.ts'

/** The same app, asked from this address. */
export function seenFrom(app: App, address: string): App {
  const fetch: Auth['fetch'] = (request) => app.auth.fetch(request, { address })
  return new App({ ...app.auth, fetch }, app.clock, app.dataDir, app.origin, app.lines)
}

/** Addresses that are nobody's (RFC 2544): each a network of its own. */
export function strangerAt(count: number): string {
  return `198.${18 + (count >> 16)}.${(count >> 8) & 255}.${count & 255}`
}

export const wrongPassword = 'wrong harbour lantern'

/** From there, with this password or a wrong one. */
export function attempt(
  app: App,
  address: string,
  { email, password = wrongPassword }: Pick<Person, 'email'> & Partial<Person>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return seenFrom(app, address).postJson('/login', { email, password }, headers)
}

/** What one address after the other is told, of which each tries once with a wrong password. */
export async function strangersTry(
  app: App,
  person: Pick<Person, 'email'>,
  { from = 0, count }: { readonly from?: number; readonly count: number },
): Promise<number[]> {
  const statuses: number[] = []
  for (let at = from; at < from + count; at += 1) {
    statuses.push((await attempt(app, strangerAt(at), { email: person.email })).status)
  }
  return statuses
}

/** What was written in the audit trail, as the log has it. */
export function trailOf(app: App): AuditEntry[] {
  return app.lines.flatMap((line) => {
    const { message, audit } = JSON.parse(line)
    return message === 'audit' ? [audit as AuditEntry] : []
  })
}

/** How often a sign-in was refused for this reason: each of them has looked at a password. */
export function refusedFor(app: App, cause: string): number {
  return trailOf(app).filter(
    ({ type, details }) =>
      type === ('login.refused' satisfies AuditType) &&
      'cause' in details &&
      details.cause === cause,
  ).length
}

/** How often each of these is there. */
export function countsOf(statuses: readonly (number | string)[]): Record<string, number> {
  const groups = Map.groupBy(statuses, String)
  return Object.fromEntries([...groups].map(([one, all]) => [one, all.length]))
}

/** Signs somebody in there, and gives the cookie by which the browser is known from then on. */
export async function knownDeviceOf(app: App, person: Person, address: string): Promise<string> {
  const answer = await attempt(app, address, person)
  expect(answer.status, await answer.clone().text()).toBe(200)
  return cookieNamed(answer, 'sallyport_known') ?? ''
}

/** Hashes are not what is tested. */
export const cheapHashes = { passwordCost: 'memory=1024,passes=1' } as const
