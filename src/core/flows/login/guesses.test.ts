import { describe, expect, it } from 'vitest'
import { Secret } from '../../../kernel/secret.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { anOverload } from '../../../testing/doubles/limits.ts'
import { allLimited } from '../../../testing/doubles/ports.ts'
import { anAccount } from '../../../testing/records.ts'
import type { AccountStore } from '../../accounts/index.ts'
import { nothingHeld } from '../../assurance/index.ts'
import type { Guess, Limited } from '../../limits/index.ts'
import type { Passkeys } from '../../passkeys/index.ts'
import type { Passwords } from '../../passwords/index.ts'
import type { Proving } from '../proving/index.ts'
import type { Completion } from './completion.ts'
import type { Refusing } from './refusing.ts'
import { Login } from './service.ts'
import type { Waiting } from './waiting.ts'

const ann = anAccount({ address: 'ann@example.com' })
const signedIn = { kind: 'signed_in' } as never
const refusedAs = (reason: string) => ({ kind: 'refused', reason }) as never

interface Given {
  readonly limited?: Limited
  readonly fault?: Error
  /** What the end of the sign-in says, each time that it is asked. */
  readonly ends?: Awaited<ReturnType<Completion['completeLogin']>>[]
  /** What comes of the code beside the password. */
  readonly code?: Awaited<ReturnType<Proving['prove']>>
}

/** A login of one account whose password is `right`; `steps` is what is done, in order. */
function loginOf({ limited, fault, ends = [signedIn], code }: Given = {}) {
  const steps: string[] = []
  const did = <Result>(step: string, result: Result) => {
    steps.push(step)
    return result
  }
  const guess: Guess = {
    kind: 'admitted',
    right: async () => did('right', undefined),
    during: (work) => {
      steps.push('during')
      return work()
    },
  }
  const login = new Login({
    accounts: { findByEmail: async () => did('find', ann) } as unknown as AccountStore,
    passwords: {
      verify: async (_: unknown, password: Secret) => {
        steps.push('verify')
        if (fault) throw fault
        return { matches: password.expose() === 'right' }
      },
      upgrade: () => undefined,
    } as unknown as Passwords,
    passkeys: {} as Passkeys,
    factors: {
      heldBy: async () => ({
        ...nothingHeld,
        hasPassword: true,
        ...(code && { app: { id: 'app', isDisabled: false } }),
      }),
    },
    proving: { prove: async () => did('prove', code) } as unknown as Proving,
    waiting: {} as Waiting,
    completion: {
      completeLogin: async () => did('complete', ends.shift()),
    } as unknown as Completion,
    limits: { guess: async () => did('guess', limited ?? guess) },
    refusing: {
      password: async () => did('refuse', refusedAs('invalid_credentials')),
      limited: async (one: Limited) => did('limit', one),
    } as unknown as Refusing,
    clock: new FakeClock(),
  })
  const attempt = (password: string, beyond?: Limited) =>
    login.withPassword({
      email: 'ann@example.com',
      password: new Secret(password),
      kind: 'session',
      client: { agent: '', address: '' },
      origin: { network: '', limited: beyond },
      ...(code && { factor: { kind: 'totp', code: new Secret('123456') } as const }),
    })
  return { attempt, steps }
}

describe('a sign-in with a password', () => {
  it('is counted before anything is looked up or hashed', async () => {
    const { attempt, steps } = loginOf()
    expect(await attempt('right')).toBe(signedIn)
    expect(steps).toEqual(['guess', 'during', 'find', 'verify', 'complete', 'right'])
  })

  it('looks up and hashes nothing where too much was tried, and has that written down', async () => {
    const { attempt, steps } = loginOf({ limited: allLimited })
    expect(await attempt('right')).toBe(allLimited)
    expect(steps).toEqual(['guess', 'limit'])
  })

  it('is not written down once more where the network was limited already', async () => {
    const { attempt, steps } = loginOf({ limited: allLimited })
    expect(await attempt('right', allLimited)).toBe(allLimited)
    expect(steps).toEqual(['guess'])
  })

  it('stays counted where it is wrong', async () => {
    const { attempt, steps } = loginOf()
    expect(await attempt('wrong')).toEqual(refusedAs('invalid_credentials'))
    expect(steps).toEqual(['guess', 'during', 'find', 'verify', 'refuse'])
  })

  it('stays counted where it is right and not enough any more: nothing may tell that it was', async () => {
    const { attempt, steps } = loginOf({ ends: [refusedAs('invalid_credentials')] })
    expect(await attempt('right')).toEqual(refusedAs('invalid_credentials'))
    expect(steps).not.toContain('right')
  })

  it.each([
    ['something else is due', { kind: 'factor_required' } as never],
    ['there is no room', refusedAs('too_many_sessions')],
  ])('was right where %s', async (_, end) => {
    const { attempt, steps } = loginOf({ ends: [end] })
    expect(await attempt('right')).toBe(end)
    expect(steps.at(-1)).toBe('right')
  })

  it('is one guess, and right once, however often it is looked at', async () => {
    const { attempt, steps } = loginOf({ ends: ['overtaken', 'overtaken', signedIn] })
    expect(await attempt('right')).toBe(signedIn)
    const count = (step: string) => steps.filter((one) => one === step).length
    expect([count('guess'), count('verify'), count('right')]).toEqual([1, 3, 1])
  })

  it('is looked at within its guess, so that what was not hashed can be given back', async () => {
    const { attempt, steps } = loginOf({ fault: anOverload })
    await expect(attempt('right')).rejects.toBe(anOverload)
    expect(steps).toEqual(['guess', 'during', 'find', 'verify'])
  })

  it('goes no further where too many codes were tried', async () => {
    const { attempt, steps } = loginOf({ code: allLimited })
    expect(await attempt('right')).toBe(allLimited)
    expect(steps).not.toContain('complete')
  })
})
