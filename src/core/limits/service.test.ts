import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../kernel/clock.ts'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { anOverload, limitsOf } from '../../testing/doubles/limits.ts'
import { defaultBudgets } from './budgets.ts'

const ann = 'ann@example.com'
const home = { network: '192.0.2.1' }
const away = { network: '198.51.100.7' }
const from = (at: number) => ({ network: `203.0.113.${at}` })

describe('guesses at a password', () => {
  it('are five for an account and a network, whether the account exists or not', async () => {
    const { limits, guess } = limitsOf()
    await guess(home, 5)
    const refused = { kind: 'limited', budget: 'password', wait: minutes(15) }
    expect(await limits.guess('password', ann, home)).toEqual({ ...refused, isFirst: true })
    expect(await limits.guess('password', ann, home)).toEqual({ ...refused, isFirst: false })
    expect((await limits.guess('password', ann, away)).kind).toBe('admitted')
    expect((await limits.guess('password', 'nobody@example.com', home)).kind).toBe('admitted')
  })

  it('are counted apart from those at codes', async () => {
    const { limits, guess } = limitsOf()
    await guess(home, 5)
    for (let code = 0; code < 10; code++) await limits.guess('factor', ann, home)
    expect(await limits.guess('factor', ann, home)).toMatchObject({ budget: 'factor' })
    expect(await limits.guess('password', ann, home)).toMatchObject({ budget: 'password' })
  })

  it('are thirty for an account from everywhere', async () => {
    const { limits, guess } = limitsOf()
    for (let at = 0; at < 6; at++) await guess(from(at), 5)
    expect(await limits.guess('password', ann, away)).toMatchObject({
      kind: 'limited',
      budget: 'password_account',
    })
    // What was refused has cost nothing elsewhere.
    expect((await limits.guess('password', 'bob@example.com', away)).kind).toBe('admitted')
  })

  it('are so many for all accounts', async () => {
    const few = {
      ...defaultBudgets.password_everybody,
      points: 3,
      window: minutes(10),
      grows: false,
    }
    const { limits } = limitsOf({ ...defaultBudgets, password_everybody: few })
    for (let at = 0; at < 3; at++) await limits.guess('password', `${at}@example.com`, from(at))
    const refused = { kind: 'limited', budget: 'password_everybody' }
    expect(await limits.guess('password', ann, home)).toMatchObject(refused)
    expect((await limits.guess('factor', ann, home)).kind).toBe('admitted')
  })

  it('leave no trace of whom they were at, or from where', async () => {
    const { guess, claimed } = limitsOf()
    await guess(home, 1)
    expect(claimed).toHaveLength(3)
    for (const key of claimed) expect(key).toMatch(/^[\w-]{43}$/)
    const { guess: again, claimed: same } = limitsOf()
    await again(home, 1)
    expect(same).toEqual(claimed)
    const { guess: elsewhere, claimed: other } = limitsOf(defaultBudgets, 'another-master-key')
    await elsewhere(home, 1)
    expect(other.some((key) => claimed.includes(key))).toBe(false)
  })
})

describe('guesses on a device that the account has signed in on', () => {
  it('are counted by themselves, whatever strangers have spent, on whatever network', async () => {
    const { limits, guess, knownTo } = limitsOf()
    const device = knownTo(ann)
    await guess(home, 5)
    for (let at = 0; at < 5; at++) await guess(from(at), 5)
    for (const origin of [home, from(0), away, from(1), from(2)]) {
      expect((await limits.guess('password', ann, { ...origin, device })).kind).toBe('admitted')
    }
    const refused = { kind: 'limited', budget: 'password' }
    expect(await limits.guess('password', ann, { ...away, device })).toMatchObject({
      ...refused,
      device: limits.knownDevice(ann, { ...away, device }),
    })
    expect(await limits.guess('password', ann, home)).not.toHaveProperty('device')
    // Another one has its own.
    expect((await limits.guess('password', ann, { ...home, device: knownTo(ann) })).kind).toBe(
      'admitted',
    )
  })

  it('count for nobody else', async () => {
    const { limits, guess, knownTo, claimed } = limitsOf()
    await guess({ ...home, device: knownTo(ann) }, 5)
    // By the wait that grows, and by the end of what a copy of the device may try.
    expect(new Set(claimed).size).toBe(2)
    expect((await limits.guess('password', ann, home)).kind).toBe('admitted')
  })

  it('are a hundred in a row at most, however slowly; what is right ends the row', async () => {
    const { limits, knownTo, clock } = limitsOf()
    const origin = { ...home, device: knownTo(ann) }
    const guessed = async () => {
      clock.advance(minutes(16))
      return limits.guess('password', ann, origin)
    }
    for (let tried = 0; tried < 99; tried++) expect((await guessed()).kind).toBe('admitted')
    const last = await guessed()
    if (last.kind === 'admitted') await last.right()
    for (let tried = 0; tried < 100; tried++) expect((await guessed()).kind).toBe('admitted')
    expect(await guessed()).toMatchObject({ kind: 'limited', budget: 'password_device' })
    await limits.forget(ann, { networks: [], devices: [limits.knownDevice(ann, origin) ?? ''] })
    expect((await guessed()).kind).toBe('admitted')
  })

  it('are those of a stranger where another account has signed in, or the device is made up', async () => {
    const { limits, guess, knownTo } = limitsOf()
    await guess(home, 5)
    for (const device of [knownTo('mallory@example.com'), `${knownTo(ann)}A`, '']) {
      expect((await limits.guess('password', ann, { ...home, device })).kind).toBe('limited')
      expect(limits.isKnown(ann, { ...home, device })).toBe(false)
    }
    expect(limits.isKnown(ann, { ...home, device: knownTo(ann) })).toBe(true)
  })

  it('go on where the network has no attempts left, and nobody else’s do, nor are they counted', async () => {
    const { limits, knownTo, claimed } = limitsOf()
    const limited = {
      kind: 'limited',
      budget: 'sign_in',
      wait: seconds(7),
      isFirst: false,
    } as const
    expect(await limits.guess('password', ann, { ...home, limited })).toBe(limited)
    const stranger = { ...home, limited, device: knownTo('mallory@example.com') }
    expect(await limits.guess('password', ann, stranger)).toBe(limited)
    expect(claimed).toEqual([])
    const owner = { ...home, limited, device: knownTo(ann) }
    expect((await limits.guess('password', ann, owner)).kind).toBe('admitted')
  })
})

describe('a guess that was right', () => {
  it('lets its network begin anew with this account, and gives back what it took elsewhere', async () => {
    const tight = {
      ...defaultBudgets.password_account,
      points: 10,
      window: minutes(60),
      grows: false,
    }
    const { limits, guess } = limitsOf({ ...defaultBudgets, password_account: tight })
    await guess(away, 3)
    await guess(home, 4)
    await (await guess(home, 1)).right()
    // Seven failures are left of the account's ten, three of them on the other network.
    await guess(away, 2)
    expect(await limits.guess('password', ann, away)).toMatchObject({ budget: 'password' })
    await guess(home, 1)
    expect(await limits.guess('password', ann, home)).toMatchObject({ budget: 'password_account' })
  })

  it('gives back once, however often it is said', async () => {
    const tight = {
      ...defaultBudgets.password_account,
      points: 3,
      window: minutes(60),
      grows: false,
    }
    const { limits, guess } = limitsOf({ ...defaultBudgets, password_account: tight })
    await guess(away, 2)
    const right = await guess(home, 1)
    for (let time = 0; time < 3; time++) await right.right()
    await guess(home, 1)
    expect(await limits.guess('password', ann, home)).toMatchObject({ budget: 'password_account' })
  })

  it('lets a device begin anew, and no network', async () => {
    const { limits, guess, knownTo } = limitsOf()
    const own = { ...home, device: knownTo(ann) }
    await guess(home, 5)
    await guess(own, 4)
    await (await guess(own, 1)).right()
    await guess(own, 5)
    expect((await limits.guess('password', ann, home)).kind).toBe('limited')
  })

  it('forgets how often the wait has doubled', async () => {
    const { limits, guess, clock } = limitsOf()
    await guess(home, 5)
    clock.advance(minutes(15))
    await (await guess(home, 1)).right()
    await guess(home, 5)
    expect(await limits.guess('password', ann, home)).toMatchObject({ wait: minutes(15) })
  })

  it('does not let a password make up for codes', async () => {
    const { limits, guess } = limitsOf()
    for (let code = 0; code < 10; code++) await limits.guess('factor', ann, home)
    await (await guess(home, 1)).right()
    expect((await limits.guess('factor', ann, home)).kind).toBe('limited')
  })
})

describe('a guess that was not looked at', () => {
  it('does not count where there was too much to do, and whoever asked is told that', async () => {
    const { guess } = limitsOf()
    await guess(home, 4)
    for (let time = 0; time < 20; time++) {
      const admitted = await guess(home, 1)
      await expect(admitted.during(() => Promise.reject(anOverload))).rejects.toBe(anOverload)
    }
    await guess(home, 1)
  })

  it.each([
    ['the caller went away', new DOMException('gone', 'AbortError')],
    ['the store was away', new StoreUnavailableError('away')],
    ['something is broken', new TypeError('broken')],
  ])('counts where %s: it may have been looked at', async (_, fault) => {
    const { limits, guess } = limitsOf()
    for (let time = 0; time < 5; time++) {
      const admitted = await guess(home, 1)
      await expect(admitted.during(() => Promise.reject(fault))).rejects.toBe(fault)
    }
    expect((await limits.guess('password', ann, home)).kind).toBe('limited')
  })

  it('gives nothing back where it was right before: that would be what others have spent', async () => {
    const tight = {
      ...defaultBudgets.password_account,
      points: 3,
      window: minutes(60),
      grows: false,
    }
    const { limits, guess } = limitsOf({ ...defaultBudgets, password_account: tight })
    await guess(away, 2)
    const admitted = await guess(home, 1)
    const overloaded = admitted.during(async () => {
      await admitted.right()
      throw anOverload
    })
    await expect(overloaded).rejects.toBe(anOverload)
    await guess(home, 1)
    expect(await limits.guess('password', ann, home)).toMatchObject({ budget: 'password_account' })
  })

  it('gives what the work gives', async () => {
    const admitted = await limitsOf().guess(home, 1)
    expect(await admitted.during(async () => 7)).toBe(7)
  })
})
