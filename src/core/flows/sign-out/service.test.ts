import { describe, expect, it } from 'vitest'
import { Secret } from '../../../kernel/secret.ts'
import { NotedAudit, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount, aSession } from '../../../testing/records.ts'
import type { Sessions } from '../../sessions/index.ts'
import { SignOut } from './service.ts'

const ann = anAccount()
const session = aSession(ann)
const presented = { kind: 'session', value: new Secret('token') } as const
const renewed = { session: { ...session, id: 'sn_next' } as typeof session, token: new Secret('x') }

/** Sessions that are there, or are not; `steps` is what is done, in order. */
function signOutOf(isThere: boolean) {
  const [audit, steps] = [new NotedAudit(), [] as string[]]
  const done = <Result>(step: string, result: Result) => {
    steps.push(step)
    return result
  }
  const sessions: Pick<Sessions, 'end' | 'endById' | 'endOthers' | 'endAll'> = {
    end: async () => done('end', isThere ? { accountId: ann.id, id: session.id } : undefined),
    endById: async (_, id) => done(`end ${id}`, isThere),
    endOthers: async () => done('end others', isThere ? renewed : undefined),
    endAll: async () => done('end all', isThere),
  }
  const signOut = new SignOut({
    sessions,
    unitOfWork: {
      ...plainUnit,
      run: async (work) => {
        steps.push('begin')
        return done('commit', await work())
      },
    },
    audit,
  })
  return { signOut, audit, steps }
}

const actor = { accountId: ann.id, session }
const one = { subject: ann.id, session: session.id }

/** Every way to end sessions, what it gives, and what is written down of it. */
const ways = [
  [
    'by its token',
    (signOut: SignOut) => signOut.end(presented),
    [undefined, undefined],
    ['session.ended', one, { cause: 'signed_out' }],
  ],
  [
    'by its id',
    (signOut: SignOut) => signOut.endById(ann.id, session.id, 'ended_by_owner'),
    [true, false],
    ['session.ended', { actor: ann.id, ...one }, { cause: 'ended_by_owner' }],
  ],
  [
    'by its id, by somebody else',
    (signOut: SignOut) => signOut.endById(ann.id, session.id, 'ended_by_operator'),
    [true, false],
    ['session.ended', { actor: 'operator', ...one }, { cause: 'ended_by_operator' }],
  ],
  [
    'all but the one that asks',
    (signOut: SignOut) => signOut.endOthers(actor, presented),
    [renewed, undefined],
    ['sessions.ended', { subject: ann.id, session: 'sn_next' }, { cause: 'ended_by_owner' }],
  ],
  [
    'all of an account',
    (signOut: SignOut) => signOut.endAll(ann.id, 'ended_by_operator'),
    [true, false],
    ['sessions.ended', { actor: 'operator', subject: ann.id }, { cause: 'ended_by_operator' }],
  ],
] as const

describe('sessions that are ended', () => {
  it.each(ways)('are written down with the reason, in one unit of work: %s', async (...way) => {
    const [, end, [given], entry] = way
    const { signOut, audit, steps } = signOutOf(true)
    expect(await end(signOut)).toEqual(given)
    expect(audit.entries).toEqual([entry])
    expect([steps[0], steps.at(-1)]).toEqual(['begin', 'commit'])
  })

  it.each(ways)('are not written down where there were none: %s', async (...way) => {
    const [, end, [, given]] = way
    const { signOut, audit } = signOutOf(false)
    expect(await end(signOut)).toEqual(given)
    expect(audit.entries).toEqual([])
  })
})
