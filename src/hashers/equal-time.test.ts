import { describe, expect, it } from 'vitest'
import { EqualTime } from './equal-time.ts'

/** A thread whose clock goes on by what its work takes, and a little with each look at it. */
function thread() {
  let used = 0
  const spend = (time: number) => {
    used += time
  }
  return { spend, used: () => (used += 1) }
}

const current = 20_000

function setUp() {
  const { spend, used } = thread()
  const equal = new EqualTime({
    used,
    makeCurrent: () => spend(current),
    burn: () => spend(100),
  })
  // Whatever there is to measure first is measured.
  equal.run({ times: 1, current: 0 }, () => undefined)
  const timeOf = (options: { times: number; current: number }, work: number) => {
    const began = used()
    equal.run(options, () => spend(work))
    return used() - began
  }
  return { equal, timeOf }
}

const about = (time: number) => ({ least: time * 0.99, most: time * 1.01 })

function expectAbout(time: number, wanted: number) {
  const { least, most } = about(wanted)
  expect(time).toBeGreaterThan(least)
  expect(time).toBeLessThan(most)
}

describe('equal time', () => {
  it('fills up what is cheaper, and nothing at all, to the time of a current hash', () => {
    const { timeOf } = setUp()
    expectAbout(timeOf({ times: 1, current: 0 }, 300), current)
    expectAbout(timeOf({ times: 1, current: 0 }, 0), current)
  })

  it('adds nothing to a current hash, nor to a dearer one', () => {
    const { timeOf } = setUp()
    expectAbout(timeOf({ times: 1, current: 1 }, current), current)
    expectAbout(timeOf({ times: 1, current: 0 }, 5 * current), 5 * current)
  })

  it('fills up to as many hashes as the password has spellings', () => {
    const { timeOf } = setUp()
    expectAbout(timeOf({ times: 2, current: 0 }, 300), 2 * current)
    expectAbout(timeOf({ times: 2, current: 1 }, current), 2 * current)
    expectAbout(timeOf({ times: 2, current: 2 }, 2 * current), 2 * current)
  })

  it('follows a machine that gets slower', () => {
    const { timeOf } = setUp()
    for (let count = 0; count < 20; count++) timeOf({ times: 1, current: 1 }, 3 * current)
    expectAbout(timeOf({ times: 1, current: 0 }, 300), 3 * current)
  })

  it('has the spread of what it imitates, not its mean', () => {
    const { timeOf } = setUp()
    for (let count = 0; count < 16; count++) {
      timeOf({ times: 1, current: 1 }, count % 2 ? current : 2 * current)
    }
    const times = Array.from({ length: 16 }, () => timeOf({ times: 1, current: 0 }, 300))
    expect(times.filter((time) => time > 1.5 * current)).toHaveLength(8)
  })

  it('passes on what the work gives', () => {
    expect(setUp().equal.run({ times: 1, current: 0 }, () => 'result')).toBe('result')
  })
})
