import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/core/accounts/index.ts'
import type { Session, SessionStore } from '../../src/core/sessions/index.ts'
import type { Instant } from '../../src/kernel/clock.ts'
import { anInstant, aSession } from '../../src/testing/index.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const minute = (count: number) => (start + count * 60_000) as Instant

/** Something that a caller does to one of a few sessions. */
type Step =
  | { readonly kind: 'insert' | 'end' | 'endById'; readonly at: number }
  | { readonly kind: 'replace'; readonly at: number; readonly by: number }
  | { readonly kind: 'extend'; readonly at: number; readonly to: number }
  | { readonly kind: 'find'; readonly at: number; readonly now: number }

/** When each session ends; nothing where there is none. Immutable, so that a search can go back. */
type State = readonly (number | undefined)[]

/** Each session is added once: by the first step of all, by `insert`, or in place of another. */
const begun = [0, 1]
const callers = 3

const at = fc.constantFrom(...begun, 2)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('end', 'endById'), at }),
  fc.record({ kind: fc.constant('extend'), at, to: fc.integer({ min: 20, max: 60 }) }),
  fc.record({ kind: fc.constant('find'), at, now: fc.constantFrom(0, 29, 30, 45) }),
)
const birth: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('insert'), at: fc.constant(2) }),
  fc.record({ kind: fc.constant('replace'), at: fc.constantFrom(...begun), by: fc.constant(2) }),
)
const story = fc.record({
  birth,
  lives: fc.tuple(
    ...Array.from({ length: callers }, () => fc.array(step, { minLength: 1, maxLength: 3 })),
  ),
})

/** What the step tells its caller, and what is so afterwards: the whole of the rules. */
function told(state: State, one: Step): [answer: unknown, after: State] {
  const end = state[one.at]
  switch (one.kind) {
    case 'insert':
      return [0, state.with(one.at, 30)]
    case 'replace':
      return [end === undefined ? 0 : 1, state.with(one.at, undefined).with(one.by, 30)]
    case 'end':
    case 'endById':
      return [end !== undefined, state.with(one.at, undefined)]
    case 'extend':
      return [undefined, end !== undefined && end < one.to ? state.with(one.at, one.to) : state]
    case 'find':
      return [end !== undefined && end > one.now ? end : undefined, state]
  }
}

async function doIt(store: SessionStore, sessions: readonly Session[], one: Step) {
  const session = sessions[one.at] as Session
  switch (one.kind) {
    case 'insert':
      return (await store.insert(session)).length
    case 'replace':
      return (await store.insert(sessions[one.by] as Session, { replaced: session.tokenHash }))
        .length
    case 'end':
      return (await store.end(session.tokenHash)) !== undefined
    case 'endById':
      return store.endById(session.accountId, session.id)
    case 'extend':
      return store.extend([{ hash: session.tokenHash, expiresAt: minute(one.to), at: start }])
    case 'find':
      return minutesOf(await store.findLive(session.tokenHash, minute(one.now)))
  }
}

function minutesOf(session: Session | undefined): number | undefined {
  return session && (session.expiresAt - start) / 60_000
}

interface Done {
  readonly step: Step
  readonly answer: unknown
}

/** Is there an order of all steps, each caller's own kept, in which all answers are right? */
function explained(state: State, lives: readonly (readonly Done[])[], end: State): boolean {
  if (lives.every(({ length }) => length === 0)) return state.every((one, at) => one === end[at])
  return lives.some(([first, ...rest], caller) => {
    if (!first) return false
    const [answer, after] = told(state, first.step)
    return answer === first.answer && explained(after, lives.with(caller, rest), end)
  })
}

/** Parallel callers get answers, and leave a state, that some order of their calls one by one explains. */
export function sessionStoreModel(
  name: string,
  open: () => Promise<{ store: SessionStore; account: Account }>,
): void {
  describe(`session store model: ${name}`, () => {
    it('answers parallel callers as if they had come one after the other', async () => {
      const { store, account } = await open()
      const run = async ({ birth, lives }: { birth: Step; lives: readonly Step[][] }) => {
        const sessions = [0, 1, 2].map(() => aSession(account))
        for (const one of begun) await store.insert(sessions[one] as Session)
        const all = [[birth], ...lives]
        const done = await Promise.all(
          all.map(async (steps) => {
            const answers: Done[] = []
            for (const one of steps) {
              answers.push({ step: one, answer: await doIt(store, sessions, one) })
            }
            return answers
          }),
        )
        const end = await Promise.all(
          sessions.map(async ({ tokenHash }) => minutesOf(await store.findLive(tokenHash, start))),
        )
        const ids = sessions.map(({ id }) => id)
        const listed = (await store.listLive(account.id, account.epoch, start))
          .map(({ id }) => id)
          .filter((id) => ids.includes(id))
        expect(explained([30, 30, undefined], done, end), fc.stringify({ done, end })).toBe(true)
        expect(listed.sort()).toEqual(ids.filter((_, at) => end[at] !== undefined).sort())
        for (const { tokenHash } of sessions) await store.end(tokenHash)
      }
      await fc.assert(fc.asyncProperty(story, run), { numRuns: 100 })
    })
  })
}
