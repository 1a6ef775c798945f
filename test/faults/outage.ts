import { expect } from 'vitest'
import {
  type Answer,
  aPerson,
  type Credential,
  credentialOf,
  me,
  type Person,
  register,
  send,
  sendForm,
  signIn,
  someoneSignedIn,
} from '../support/client.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { liveness } from './health.ts'

/** Connecting may take 3 s, and an answer 6 s: then whoever asks is told. */
export const longestWait = 10_000

export interface Member {
  readonly person: Person
  readonly credential: Credential
  /** Of another session, whose end is asked for: what was refused may be done when the store is back. */
  readonly leaving: Credential
}

export async function aMember(url: string): Promise<Member> {
  const someone = await someoneSignedIn(url)
  return { ...someone, leaving: credentialOf(await signIn(url, someone.person)) }
}

/** One request of each kind that cannot be answered without the store, all at once. */
export async function askEverything({ url }: ServerProcess, member: Member) {
  const { person, credential, leaving } = member
  const { email, password } = person
  const [programs, people] = await Promise.all([
    Promise.all([
      register(url, aPerson()),
      signIn(url, person),
      signIn(url, aPerson(), 'bearer'),
      me(url, credential),
      sendLogout(url, leaving),
    ]),
    Promise.all([
      send(`${url}/dashboard`, { headers: { ...credential, accept: 'text/html' } }),
      sendForm(`${url}/login`, { email, password }),
      sendForm(`${url}/register`, { ...aPerson() }),
    ]),
  ])
  return { programs, people }
}

function sendLogout(url: string, credential: Credential): Promise<Answer> {
  return send(`${url}/logout`, { method: 'POST', headers: credential })
}

/** What everybody is told while the store is away, and what the probes say. */
export async function expectAnOutage(server: ServerProcess, member: Member): Promise<void> {
  const asked = askEverything(server, member)
  expect(await liveness(server)).toBe(200)
  const { programs, people } = await asked
  for (const answer of [...programs, ...people]) {
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.body).not.toMatch(/ {4}at |\.[jt]s:\d|ECONN|postgres|sqlite/i)
    expect(answer.took).toBeLessThan(longestWait)
  }
  for (const { headers, body } of programs) {
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ code: 'store_unavailable', status: 503 })
  }
  for (const { headers, body } of people) {
    expect(headers.get('content-type')).toContain('text/html')
    expect(body).toContain('The service is not available now')
  }
  expect(await liveness(server)).toBe(200)
}
