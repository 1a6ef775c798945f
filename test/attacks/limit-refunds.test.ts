import { describe, expect, it } from 'vitest'
import type { Limits } from '../../src/core/limits/index.ts'
import { anOverload, limitsOf } from '../../src/testing/doubles/limits.ts'
import { strangerAt } from '../support/places.ts'

const ann = 'ann@example.com'

/** How many wrong passwords are let through after 28, each from a network of its own. */
async function leftOf(limits: Limits): Promise<number> {
  for (let tried = 0; tried < 100; tried += 1) {
    const origin = { network: strangerAt(tried) }
    if ((await limits.guess('password', ann, origin)).kind === 'limited') return tried
  }
  return Number.POSITIVE_INFINITY
}

/** 28 wrong ones of the account’s thirty, and somebody who knows the right one. */
async function begun() {
  const { limits, guess } = limitsOf()
  for (let at = 0; at < 28; at += 1) await guess({ network: `192.0.2.${at}` }, 1)
  return { limits, own: await guess({ network: '203.0.113.1' }, 1) }
}

describe('who has the right password of an account, and guesses at others', () => {
  it('is given back one point for it, however often it is looked at again', async () => {
    const { limits, own } = await begun()
    for (let round = 0; round < 10; round += 1) await own.right()
    expect(await leftOf(limits)).toBe(2)
  })

  it('is given back one point, though there is too much to do for what comes after it', async () => {
    const { limits, own } = await begun()
    const changing = own.during(async () => {
      await own.right()
      throw anOverload
    })
    await expect(changing).rejects.toBe(anOverload)
    expect(await leftOf(limits)).toBe(2)
  })
})
