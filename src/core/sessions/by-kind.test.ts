import { describe, expect, it } from 'vitest'
import { anAccount, anInstant, aSession } from '../../testing/records.ts'
import { CarriedByKind } from './by-kind.ts'
import type { PresentedToken, SessionCarrier } from './carrier.ts'
import type { Session } from './session.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const account = anAccount()
const token = (kind: Session['kind']) => ({ kind, value: { expose: () => kind } }) as PresentedToken

/** Writes down what it was asked; knows the one session that it is given. */
function carrier(name: string, asked: string[], session?: Session): SessionCarrier {
  const did = (what: string) => void asked.push(`${name} ${what}`)
  return {
    listsAll: false,
    begin: async (begun, { replaces }) => {
      did(`begins${replaces ? ' instead' : ''}`)
      return { session: begun as Session, token: undefined as never, ended: [] }
    },
    swap: async (swapped) => {
      did('swaps')
      return { session: swapped as Session, token: undefined as never }
    },
    find: async () => session,
    atOnce: () => session,
    extend: async (used) => {
      did('extends')
      return { session: used }
    },
    end: async () => {
      did('ends')
      return session && { accountId: session.accountId, id: session.id }
    },
    endById: async () => {
      did('ends by id')
      return session !== undefined
    },
    list: async () => (session ? [session] : []),
    writeUses: async () => did('writes'),
    isReachable: async () => true,
    sweep: async () => did('sweeps'),
  }
}

const ofCookie = aSession(account)
const ofTokens = aSession(account, { kind: 'jwt' })

function both({ sealed, stored }: { sealed?: Session; stored?: Session } = {}) {
  const asked: string[] = []
  const carried = new CarriedByKind(
    carrier('sealed', asked, sealed),
    carrier('stored', asked, stored),
  )
  return { asked, carried }
}

describe('sessions that are carried by their kind', () => {
  it('begin, go on and end where they belong', async () => {
    const { asked, carried } = both()
    for (const session of [ofCookie, ofTokens]) {
      await carried.begin(session, { replaces: token(session.kind) })
      await carried.extend(session, now, now)
      await carried.swap(session, token(session.kind))
      await carried.end(token(session.kind), now)
    }
    expect(asked).toEqual([
      ...['sealed begins instead', 'sealed extends', 'sealed swaps', 'sealed ends'],
      ...['stored begins instead', 'stored extends', 'stored swaps', 'stored ends'],
    ])
  })

  it('are found by what was presented', async () => {
    const { carried } = both({ sealed: ofCookie, stored: ofTokens })
    expect(await carried.find(token('bearer'), now)).toBe(ofCookie)
    expect(await carried.find(token('jwt'), now)).toBe(ofTokens)
    expect(carried.atOnce(token('session'), now)).toBe(ofCookie)
    expect(carried.atOnce(token('jwt'), now)).toBe(ofTokens)
  })

  it('prove again who they are when a sealed one made place: its epoch is over', async () => {
    const { asked, carried } = both({ sealed: ofCookie })
    expect(await carried.begin(ofTokens, { replaces: token('session') })).toBe('overtaken')
    expect(asked).toEqual(['sealed ends'])
  })

  it('begin at once when it was of another account, or of tokens', async () => {
    const other = aSession(anAccount())
    const others = both({ sealed: other })
    const begun = await others.carried.begin(ofTokens, { replaces: token('session') })
    expect(begun).toMatchObject({ ended: [{ accountId: other.accountId, id: other.id }] })
    expect(others.asked).toEqual(['sealed ends', 'stored begins'])
    const tokens = both({ stored: ofTokens })
    await tokens.carried.begin(ofCookie, { replaces: token('jwt') })
    expect(tokens.asked).toEqual(['stored ends', 'sealed begins'])
  })

  it('take the place of nothing where nothing is live', async () => {
    const { asked, carried } = both()
    await carried.begin(ofTokens, { replaces: token('session') })
    expect(asked).toEqual(['stored begins'])
  })

  it('end alone by their id when they are stored, else with all others', async () => {
    const one = both({ stored: ofTokens })
    expect(await one.carried.endById(account.id, ofTokens.id)).toBe(true)
    expect(one.asked).toEqual(['stored ends by id'])
    const all = both({ sealed: ofCookie })
    expect(await all.carried.endById(account.id, ofCookie.id)).toBe(true)
    expect(all.asked).toEqual(['stored ends by id', 'sealed ends by id'])
  })

  it('are listed as far as they are known: the one that asks, and those of tokens', async () => {
    const { carried } = both({ stored: ofTokens })
    expect(carried.listsAll).toBe(false)
    expect(await carried.list(account, now, ofCookie)).toEqual([ofCookie, ofTokens])
    expect(await carried.list(account, now, ofTokens)).toEqual([ofTokens])
  })
})
