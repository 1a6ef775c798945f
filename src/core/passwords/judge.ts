import type { BreachedPasswords } from './breached.ts'
import type { Estimate, GuessEstimator, GuessScore } from './estimate.ts'
import type { Plaintext } from './plaintext.ts'
import { type BrokenRule, contextWords, type PasswordPolicy, rulesOfText } from './policy.ts'

export interface JudgeDependencies {
  readonly policy: PasswordPolicy
  /** Its words make weak passwords. */
  readonly serviceName: string
  readonly estimator: GuessEstimator
  readonly breached?: BreachedPasswords | undefined
}

/** What is said of a password while it is typed. */
export interface PasswordPreview {
  /** 3 and 4 for good passwords that may be used. Lower ones may be usable too: the policy decides. */
  readonly score: GuessScore
  readonly broken: readonly BrokenRule[]
}

/** The one policy for new passwords, whoever sets them. */
export class PasswordJudge {
  readonly #deps: JudgeDependencies

  constructor(deps: JudgeDependencies) {
    this.#deps = deps
  }

  /**
   * The rules that a new password breaks; none means that it may be used. `about` holds what is known
   * of the person. A password that the text alone rules out is not estimated, and only one that breaks
   * no other rule is looked for among the breached.
   */
  async check(password: Plaintext, about: readonly string[]): Promise<BrokenRule[]> {
    const { policy, estimator, breached } = this.#deps
    const words = this.#wordsOf(about)
    const broken = rulesOfText(policy, password.expose(), words)
    if (broken.length > 0) return broken
    // Its users ask for exactly that rule: what has the four classes is not judged further.
    if (policy !== 'composition') {
      broken.push(...rulesOfGuessing(policy, await estimator.estimate(password, words)))
    }
    if (broken.length === 0 && (await breached?.contains(password))) {
      broken.push({ rule: 'breached' })
    }
    return broken
  }

  /** As {@link check}, with a score, and without asking for the breached: half a password is nobody else's business. */
  async preview(password: Plaintext, about: readonly string[]): Promise<PasswordPreview> {
    const { policy, estimator } = this.#deps
    const words = this.#wordsOf(about)
    const broken = rulesOfText(policy, password.expose(), words)
    if (broken.some(({ rule }) => rule === 'too_short')) return { score: 0, broken }
    const estimate = await estimator.estimate(password, words)
    if (broken.length === 0) broken.push(...rulesOfGuessing(policy, estimate))
    return { score: scoreOf(estimate, broken), broken }
  }

  #wordsOf(about: readonly string[]): string[] {
    return contextWords([this.#deps.serviceName, ...about])
  }
}

/** Below, a password falls to a patient guesser who need not even know the hash (zxcvbn: fewer than 10^8 guesses). */
const goodScore = 3

function rulesOfGuessing(policy: PasswordPolicy, estimate: Estimate): BrokenRule[] {
  if (policy === 'composition') return []
  if (estimate.common) return [{ rule: 'common' }]
  const { score, advice } = estimate
  return policy === 'strength' && score < goodScore ? [{ rule: 'guessable', advice }] : []
}

/** A good score would belie the refusal; and the estimate knows less of the person than the policy. */
function scoreOf({ score }: Estimate, broken: readonly BrokenRule[]): GuessScore {
  if (broken.length === 0) return score
  const best = broken.some(({ rule }) => rule === 'context_word') ? 1 : 2
  return Math.min(score, best) as GuessScore
}
