import type { Auth } from '../src/index.ts'
import { type Guarded, withoutAudit } from './guarded.ts'
import { type Person, somebodyNew } from './people.ts'
import { type Comparison, type Sample, SpoiltRun, type Variant } from './plan.ts'
import { timed } from './timed.ts'
import { processorTimeOf, type Worked } from './usage.ts'

/** Four classes of characters, as the policy that is quickest to judge wants them. */
const password = 'Correct-horse-battery-staple-1'
const wrong = `${password}2`

/** What is tried, again and again. */
export interface Attempts {
  readonly name: string
  readonly password: string
  /** What every answer must be. */
  readonly status: number
  readonly atOnce: number
  /** So many that none of them reaches a bound of their own: sessions, or wrong passwords in an hour. */
  readonly people: number
}

export const signIns: Attempts = {
  name: 'sign-in',
  password,
  status: 200,
  atOnce: 1,
  people: 100,
}

export const refusals: Attempts = {
  name: 'refusal',
  password: wrong,
  status: 401,
  atOnce: 1,
  people: 200,
}

/** Far below the queue's bound of 128: nobody is sent away. */
const crowd = 32

export const signInsAtOnce: Attempts = { ...signIns, name: `${crowd} sign-ins`, atOnce: crowd }

/** Whose hash takes next to nothing, so that all else shows. */
export const quickSignInsAtOnce: Attempts = {
  ...signInsAtOnce,
  name: `${crowd} quick sign-ins`,
  people: 1000,
}

/** The least that argon2id can cost. Nobody should: here it is out of the way. */
export const quickHash = 'memory=8,passes=1,lanes=1'

/** With everything on; without limits; without the audit trail; with neither. */
export async function attemptsAt(guarded: Guarded, attempts: Attempts): Promise<Variant[]> {
  const { name, limited, unlimited, worked } = guarded
  const [on, off] = [
    await attempted(limited, attempts, worked),
    await attempted(unlimited, attempts, worked),
  ]
  const named = nameOf(attempts, name)
  return [
    { name: named(''), run: on },
    { name: named(', no limits'), run: off },
    { name: named(', no audit'), run: withoutAudit(on) },
    { name: named(', neither'), run: withoutAudit(off) },
  ]
}

/** @param goal - How much longer an attempt may take with both than with neither. */
export function comparisonsAt({ name }: Guarded, attempts: Attempts, goal?: number): Comparison[] {
  const named = nameOf(attempts, name)
  const by = attempts.atOnce === 1 ? 'p50' : 'rate'
  return [
    { of: named(''), to: named(', no limits'), by },
    { of: named(''), to: named(', no audit'), by },
    { of: named(''), to: named(', neither'), by, ...(goal !== undefined && { goal }) },
  ]
}

function nameOf({ name }: Attempts, place: string): (without: string) => string {
  return (without) => `${name}, ${place}${without}`
}

async function attempted(
  auth: Auth,
  { password, status, atOnce, people }: Attempts,
  worked: Worked | undefined,
): Promise<Variant['run']> {
  const bodies = (await registered(auth, people)).map(({ email }) =>
    JSON.stringify({ email, password }),
  )
  let turn = 0
  const attempt = async () => {
    turn += 1
    const response = await posted(auth, bodies[turn % people] as string, addressOf(turn))
    const text = await response.text()
    if (response.status !== status) throw new SpoiltRun(`${response.status} ${text}`)
  }
  return beside(worked, (milliseconds) => timed(milliseconds, atOnce, attempt))
}

/** From a browser that nobody has signed in on: then all that can be counted is. */
function posted(auth: Auth, body: string, address: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const request = new Request('http://127.0.0.1:8000/login', { method: 'POST', headers, body })
  return auth.fetch(request, { address })
}

/** Every attempt comes from another network. */
function addressOf(turn: number): string {
  return `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`
}

/** Signs somebody new in, and gives the cookie. */
export async function cookieOfSomebody(auth: Auth): Promise<string> {
  const [person] = (await registered(auth, 1)) as [Person]
  const body = JSON.stringify({ email: person.email, password })
  const response = await posted(auth, body, '192.0.2.1')
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

async function registered(auth: Auth, people: number): Promise<Person[]> {
  const persons = Array.from({ length: people }, somebodyNew)
  for (const { email, full_name } of persons) {
    const { kind } = await auth.register({ email, fullName: full_name, password })
    if (kind !== 'registered') throw new Error(`a registration was ${kind}`)
  }
  return persons
}

/** Counts the work of the servers beside it as ours. */
export function beside(
  worked: Worked | undefined,
  run: (milliseconds: number) => Promise<Sample>,
): Variant['run'] {
  return async (milliseconds) => {
    const cpuSeconds = worked && processorTimeOf(worked)
    const sample = await run(milliseconds)
    return { ...sample, cpuSeconds: cpuSeconds?.() }
  }
}
