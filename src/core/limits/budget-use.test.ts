import { describe, expect, it } from 'vitest'
import { minutes } from '../../kernel/clock.ts'
import { limitsOf } from '../../testing/doubles/limits.ts'
import { type BudgetName, budgetNames, budgets, defaultBudgets } from './budgets.ts'

const ann = 'ann@example.com'
const home = { network: '192.0.2.1' }

describe('points of budgets', () => {
  it('are taken of each that is named, or of none', async () => {
    const { limits } = limitsOf()
    const both: BudgetName[] = ['registration', 'registration_mistakes']
    for (let time = 0; time < 3; time++) {
      expect((await limits.take(both, 'network')).kind).toBe('admitted')
    }
    const refused = { kind: 'limited', budget: 'registration', wait: minutes(60), isFirst: true }
    expect(await limits.take(both, 'network')).toEqual(refused)
    expect(await limits.take(['registration_mistakes'], 'network')).toMatchObject({
      taken: [{ budget: 'registration_mistakes', point: { left: 16 } }],
    })
    expect((await limits.take(both, 'another')).kind).toBe('admitted')
  })

  it('can be given back', async () => {
    const { limits } = limitsOf()
    for (let time = 0; time < 50; time++) {
      const admitted = await limits.take(['registration'], 'network')
      if (admitted.kind === 'limited') throw new Error('limited')
      await limits.giveBack(admitted.taken)
    }
  })

  it('are not counted where the budget is turned off, by whatever they are asked for', async () => {
    const { registration, password, ...others } = defaultBudgets
    const { limits, claimed } = limitsOf(others)
    expect(await limits.take(['registration'], 'network')).toEqual({ kind: 'admitted', taken: [] })
    expect(claimed).toEqual([])
    expect(limits.budget('registration')).toBeUndefined()
    expect(limits.budget('sign_in')).toMatchObject({ points: 5 })
    for (let time = 0; time < 30; time++) await limits.guess('password', ann, home)
    const refused = { budget: 'password_account' }
    expect(await limits.guess('password', ann, home)).toMatchObject(refused)
  })

  it('are nobody’s where all budgets are turned off', async () => {
    const { limits, knownTo, claimed } = limitsOf({})
    for (const origin of [home, { ...home, device: knownTo(ann) }]) {
      const guess = await limits.guess('password', ann, origin)
      if (guess.kind === 'limited') throw new Error('limited')
      await guess.right()
    }
    expect(claimed).toEqual([])
  })
})

describe('an account that somebody was kept out of', () => {
  it('can be tried again from the places that are named, and all others together', async () => {
    const { limits, guess, knownTo } = limitsOf()
    const device = knownTo(ann)
    const name = limits.knownDevice(ann, { ...home, device }) as string
    const own = { network: '198.51.100.7', device }
    await guess(home, 5)
    await guess(own, 5)
    for (let at = 0; at < 5; at++) await guess({ network: `203.0.113.${at}` }, 5)
    for (let code = 0; code < 10; code++) await limits.guess('factor', ann, home)

    await limits.forget(ann, { networks: [home.network], devices: [name] })
    await guess(home, 5)
    await guess(own, 5)
    expect((await limits.guess('factor', ann, home)).kind).toBe('admitted')
    const elsewhere = await limits.guess('password', ann, { network: '203.0.113.0' })
    expect(elsewhere).toMatchObject({ kind: 'limited', budget: 'password' })
  })

  it('is the only one that can', async () => {
    const { limits, guess } = limitsOf()
    await guess(home, 5)
    await limits.forget('bob@example.com', { networks: [home.network], devices: [] })
    expect((await limits.guess('password', ann, home)).kind).toBe('limited')
  })
})

describe('what is over', () => {
  it('is removed until nothing of it is left', async () => {
    const { limits, store } = limitsOf()
    const asked: number[] = []
    const left = [1000, 1000, 3]
    store.sweep = async (_now, limit) => {
      asked.push(limit)
      return left.shift() ?? 0
    }
    await limits.sweep()
    expect(asked).toEqual([1000, 1000, 1000])
  })
})

describe('the list of budgets', () => {
  it('says of each what it counts, by what, and why so many', () => {
    for (const name of budgetNames) {
      const { about, reason, by, points, window } = budgets[name]
      expect(name).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
      expect([about.length, reason.length].every((length) => length > 15)).toBe(true)
      expect([
        'network',
        'account and network',
        'account and device',
        'account',
        'everybody',
      ]).toContain(by)
      expect(points).toBeGreaterThan(0)
      expect(window).toBeGreaterThanOrEqual(minutes(1))
    }
  })

  it('lets nobody guess at what is secret while it cannot be counted', () => {
    const closed = budgetNames.filter((name) => defaultBudgets[name]?.failsClosed)
    expect(closed).toEqual([
      'password',
      'password_device',
      'password_account',
      'password_everybody',
      'factor',
      'factor_account',
    ])
  })
})
