import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BudgetName, type BudgetTable, budgetNames } from '../core/limits/index.ts'
import { minutes, seconds } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { describeConfiguration } from './describe.ts'
import { loadConfiguration } from './load.ts'

const limits = (text: string): BudgetTable => loadConfiguration({ SALLYPORT_LIMITS: text }).limits
const defaults = loadConfiguration({}).limits

function shown(environment: NodeJS.ProcessEnv): string {
  const settings = describeConfiguration(loadConfiguration(environment))
  return settings.find(({ name }) => name === 'SALLYPORT_LIMITS')?.value ?? ''
}

function problems(text: string): readonly string[] {
  try {
    limits(text)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

describe('limits', () => {
  it('are all in force where nothing is said', () => {
    expect(Object.keys(defaults)).toEqual([...budgetNames])
    expect(defaults.password).toMatchObject({ points: 5, window: minutes(15), grows: true })
  })

  it('are each named once: which of two was meant nobody knows', () => {
    expect(problems('sign_in=10/1m, sign_in=20/1m')).toEqual([
      'SALLYPORT_LIMITS must be budgets that are each named once',
    ])
  })

  it('change one by one, and those that are not named stay', () => {
    const { sign_in, password, registration, ...others } = limits(
      'sign_in=10/90s, password=7/1h,registration=off',
    )
    expect(sign_in).toEqual({ ...defaults.sign_in, points: 10, window: seconds(90) })
    // What guards a secret does so with other numbers too.
    const longer = { points: 7, window: minutes(60), grows: true, failsClosed: true }
    expect(password).toMatchObject(longer)
    expect(registration).toBeUndefined()
    const { sign_in: _, password: __, registration: ___, ...unnamed } = defaults
    expect(others).toEqual(unnamed)
  })

  it('are all turned off by one word, but for those that are named beside it, in any order', () => {
    expect(limits('all=off')).toEqual({})
    for (const text of ['all=off, factor=3/15m', 'factor=3/15m, all=off']) {
      expect(Object.keys(limits(text))).toEqual(['factor'])
    }
    expect(limits('all=off, factor=3/15m').factor).toMatchObject({ points: 3 })
  })

  it('may be as small or as large as counting allows', () => {
    expect(limits('sign_in=1/1s, tokens=100000/24h')).toMatchObject({
      sign_in: { points: 1, window: seconds(1) },
      tokens: { points: 100_000, window: minutes(24 * 60) },
    })
  })

  it.each([
    'sign_in',
    'sign_in=',
    'sign_in=10',
    'sign_in=10/',
    'sign_in=/1m',
    'sign_in=0/1m',
    'sign_in=-1/1m',
    'sign_in=1.5/1m',
    'sign_in=100001/1m',
    'sign_in=1e3/1m',
    'sign_in=10/0s',
    'sign_in=10/999ms',
    'sign_in=10/366d',
    'sign_in=10/9000h',
    'sign_in=10/minute',
    'sign_in=10/1m/1m',
    'sign_in = 10/1m',
    'sign_in=OFF',
    'sign_in=10/1m; tokens=off',
    'SIGN_IN=10/1m',
    'sign-in=10/1m',
    'hunter2=10/1m',
    'constructor=off',
    '__proto__=off',
    'all=10/1m',
    'all',
    'off',
  ])('are refused as %j, with what there is', (text) => {
    const [problem, ...more] = problems(text)
    expect(more).toEqual([])
    expect(problem).toMatch(/^SALLYPORT_LIMITS must be budgets such as sign_in=10\/1m or /)
    for (const name of budgetNames) expect(problem).toContain(name)
    expect(problem).not.toContain('hunter2')
    expect(problems(`registration=off, ${text}`)).toHaveLength(1)
  })

  it('are shown where they are not the defaults, those that are off among them', () => {
    expect(shown({})).toBe('(none)')
    const text = 'tokens=off, sign_in=10/90s, password=5/15m, factor=10/900s, registration=3/2h'
    expect(shown({ SALLYPORT_LIMITS: text })).toBe('sign_in=10/90s, registration=3/2h, tokens=off')
    expect(shown({ SALLYPORT_LIMITS: 'all=off' })).toBe(
      budgetNames.map((name) => `${name}=off`).join(', '),
    )
  })

  it('are the same again when they are set to what is shown', () => {
    const given = fc.oneof(
      fc.constant('off'),
      fc
        .tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 24 * 60 * 60 }))
        .map(([points, window]) => `${points}/${window}s`),
    )
    const some = fc.dictionary(fc.constantFrom<BudgetName>(...budgetNames), given)
    fc.assert(
      fc.property(some, (named) => {
        const text = Object.entries(named).map((one) => one.join('='))
        const SALLYPORT_LIMITS = text.join(',')
        const table = limits(SALLYPORT_LIMITS)
        const again = shown({ SALLYPORT_LIMITS }).replace('(none)', '')
        expect(limits(again)).toEqual(table)
      }),
    )
  })
})
