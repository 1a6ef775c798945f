import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as everywhere } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'
import type { Estimate, GuessAdvice, GuessScore } from '../core/passwords/index.ts'
import { CommonPasswords } from './common.ts'

export interface GuessTask {
  readonly password: string
  readonly words: readonly string[]
  /** The year that it is; see `common.ts`. */
  readonly year: number
}

/**
 * The work grows with the square of the length. More than this is looked at in two parts, its
 * beginning and its end; with these bounds the worst that was found takes 40 ms for a part (measured
 * in docs/decisions).
 */
const maxLength = 64
const maxSubstitutions = 10

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...everywhere, ...english },
  graphs: adjacencyGraphs,
  maxLength,
  l33tMaxSubstitutions: maxSubstitutions,
})

const commonPasswords = new CommonPasswords(everywhere['passwords-common'])

/** Runs in the guessing thread, one task at a time. */
export default function run({ password, words, year }: GuessTask): Estimate {
  const common = commonPasswords.has(password, year)
  // As hard to guess as the harder of its parts.
  const results = partsOf(password).map((part) => zxcvbn.check(part, [...words]))
  const { score, feedback } = results.reduce((a, b) => (b.guesses > a.guesses ? b : a))
  const advice = adviceOfWarning[feedback.warning ?? ''] ?? 'more'
  return { score: common ? (Math.min(score, 1) as GuessScore) : score, common, advice }
}

function partsOf(password: string): string[] {
  return password.length > maxLength ? [password, password.slice(-maxLength)] : [password]
}

/** The names of zxcvbn's warnings: it gives names when it has no translations. */
const adviceOfWarning: Readonly<Record<string, GuessAdvice>> = {
  straightRow: 'keyboard',
  keyPattern: 'keyboard',
  simpleRepeat: 'repeat',
  extendedRepeat: 'repeat',
  sequences: 'sequence',
  recentYears: 'date',
  dates: 'date',
  topTen: 'known',
  topHundred: 'known',
  common: 'known',
  similarToCommon: 'known',
  wordByItself: 'word',
  namesByThemselves: 'name',
  commonNames: 'name',
  userInputs: 'personal',
}
