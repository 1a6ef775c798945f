import { describe, expect, it } from 'vitest'
import { planOf } from './options.ts'
import { makePlanned, readPlanned, refusalOf } from './plan.ts'

const made = { memory: 64, passes: 2, lanes: 1 }

const plan = planOf({ schemes: ['argon2id', 'bcrypt'], costs: { argon2id: made } })

const hashOf = (cost: object, scheme = 'argon2id') =>
  makePlanned(planOf({ schemes: [scheme], costs: { [scheme]: { ...cost } } }), {
    password: 'violet harbour lantern',
    salt: Buffer.alloc(16),
    scheme,
  })

describe('a plan', () => {
  it.each([
    ['itself', made, true],
    ['more lanes', { ...made, lanes: 2 }, true],
    ['more memory', { ...made, memory: 128 }, false],
    ['more passes', { ...made, passes: 3 }, false],
    ['fewer passes', { ...made, passes: 1 }, false],
  ])('takes no hash for a new one that costs something else: %s', (_, cost, costsAsNew) => {
    expect(readPlanned(plan, hashOf(cost))?.costsAsNew).toBe(costsAsNew)
  })

  it('takes no other scheme for the one that it makes', () => {
    expect(readPlanned(plan, hashOf({ cost: 4 }, 'bcrypt'))).toMatchObject({
      scheme: 'bcrypt',
      costsAsNew: false,
    })
  })

  it('knows what its scheme refuses, and that a pepper makes room', () => {
    const long = 'x'.repeat(73)
    const bcrypt = planOf({ schemes: ['bcrypt'] })
    const peppered = planOf({ schemes: ['bcrypt'], pepper: [{ id: 'a', key: 'k'.repeat(32) }] })
    expect(refusalOf(bcrypt, long, 'bcrypt')).toBe('password_too_long')
    expect(refusalOf(peppered, long, 'bcrypt')).toBeUndefined()
    expect(refusalOf(peppered, '\ud800', 'bcrypt')).toBe('password_not_unicode')
  })
})
