import type { Hit, Tally } from '../core/limits/index.ts'
import type { Instant } from '../kernel/clock.ts'

/**
 * `<expires at> <strikes> <is spent><is told>`, and ` <time>x<how often>` for each hit: what Lua reads without a parser
 * (`redis/limit-script.ts`), and a third of what the same is as JSON.
 */
export function textOfTally({ expiresAt, strikes, isSpent, isTold, hits }: Tally): string {
  const taken = hits.map(([at, count]) => ` ${at}x${count}`)
  return `${expiresAt} ${strikes} ${Number(isSpent)}${Number(isTold)}${taken.join('')}`
}

const shape = /^(\d+) (\d+) ([01])([01])((?: \d+x\d+)*)$/

/** `undefined` where nothing was kept, or what was kept is spoilt: then it is begun anew. */
export function tallyOfText(text: string | null | undefined): Tally | undefined {
  const [, expiresAt, strikes, spent, told, taken = ''] = shape.exec(text ?? '') ?? []
  if (expiresAt === undefined) return undefined
  return {
    hits: taken.split(' ').slice(1).map(hitOfText),
    strikes: Number(strikes),
    isSpent: spent === '1',
    isTold: told === '1',
    expiresAt: Number(expiresAt) as Instant,
  }
}

function hitOfText(text: string): Hit {
  const [at, count] = text.split('x', 2).map(Number)
  return [at as Instant, count as number]
}
