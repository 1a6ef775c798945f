import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

describe('turns', () => {
  it('are had one at a time by 32 callers, in the order in which they have come', async () => {
    const turns = new Turns(60_000)
    const steps: string[] = []
    await Promise.all(
      Array.from({ length: 32 }, async (_, at) => {
        const end = await turns.next()
        steps.push(`${at} begins`)
        await new Promise(setImmediate)
        steps.push(`${at} ends`)
        end()
      }),
    )
    expect(steps).toEqual(
      Array.from({ length: 32 }, (_, at) => [`${at} begins`, `${at} ends`]).flat(),
    )
  })

  it('are had at once where nobody is before', async () => {
    const turns = new Turns(60_000)
    for (let time = 0; time < 3; time++) (await turns.next())()
  })

  it('are waited for so long and no longer', async () => {
    const turns = new Turns(10)
    const endFirst = await turns.next()
    const endSecond = await turns.next()
    endSecond()
    endFirst()
    ;(await turns.next())()
  })
})
