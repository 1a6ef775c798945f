import { describe, expect, it } from 'vitest'
import { Secret } from '../../kernel/secret.ts'
import type { Estimate } from './estimate.ts'
import { PasswordJudge } from './judge.ts'
import type { PasswordPolicy } from './policy.ts'

const hard: Estimate = { score: 4, common: false, advice: 'more' }
const easy: Estimate = { score: 2, common: false, advice: 'repeat' }
const common: Estimate = { score: 1, common: true, advice: 'known' }

/** A judge to whom every password is as given; `asked` lists who was asked, and with which words. */
function judgeOf(policy: PasswordPolicy, estimate: Estimate, isBreached = false) {
  const asked: unknown[] = []
  const judge = new PasswordJudge({
    policy,
    serviceName: 'Sallyport',
    estimator: {
      estimate: async (_password, words) => {
        asked.push(words)
        return estimate
      },
    },
    breached: {
      contains: async () => {
        asked.push('breached')
        return isBreached
      },
    },
  })
  const check = async (password: string) => judge.check(new Secret(password), ['Ann Lee'])
  const preview = async (password: string) => judge.preview(new Secret(password), ['Ann Lee'])
  return { check, preview, asked }
}

const words = ['sallyport', 'ann lee', 'ann', 'lee']
const good = 'Violet harbour 7!'

describe('a new password', () => {
  it.each([
    ['strength', hard, []],
    ['strength', { ...hard, score: 3 }, []],
    ['strength', easy, [{ rule: 'guessable', advice: 'repeat' }]],
    ['strength', common, [{ rule: 'common' }]],
    ['nist', easy, []],
    ['nist', common, [{ rule: 'common' }]],
    ['composition', easy, []],
    ['composition', common, []],
  ] as const)('under %s, when the estimate is %j, breaks %j', async (policy, estimate, broken) => {
    expect(await judgeOf(policy, estimate).check(good)).toEqual(broken)
  })

  it.each(['strength', 'nist', 'composition'] as const)(
    'under %s is refused when it has leaked, and is not asked about when refused anyway',
    async (policy) => {
      const { check, asked } = judgeOf(policy, hard, true)
      expect(await check(good)).toEqual([{ rule: 'breached' }])
      expect(asked).toContain('breached')
      asked.length = 0
      expect((await check('short')).map(({ rule }) => rule)).toContain('too_short')
      expect(asked).toEqual([])
    },
  )

  it('is estimated with the words of the person and of the service', async () => {
    const { check, asked } = judgeOf('strength', hard)
    await check(good)
    expect(asked).toEqual([words, 'breached'])
  })

  it('is not estimated where only composition counts', async () => {
    const { check, asked } = judgeOf('composition', hard)
    await check(good)
    expect(asked).toEqual(['breached'])
  })
})

describe('a password that is being typed', () => {
  it('is judged like a new one, but the breached are never asked', async () => {
    for (const policy of ['strength', 'nist', 'composition'] as const) {
      for (const estimate of [hard, easy, common]) {
        const { check, preview, asked } = judgeOf(policy, estimate)
        for (const password of [good, 'short', 'Ann Lee Ann Lee 1']) {
          const broken = await check(password)
          asked.length = 0
          expect((await preview(password)).broken).toEqual(broken)
          expect(asked).not.toContain('breached')
        }
      }
    }
  })

  it('has no score while it is too short, and costs no estimate', async () => {
    const { preview, asked } = judgeOf('strength', hard)
    expect(await preview('short')).toEqual({ score: 0, broken: [{ rule: 'too_short' }] })
    expect(asked).toEqual([])
  })

  it('has no good score when it is refused, and a weak one when it is known words', async () => {
    const { preview } = judgeOf('composition', hard)
    expect((await preview('no upper case 7!')).score).toBe(2)
    expect((await preview('Ann-Lee-Ann-7!')).score).toBe(1)
    expect((await preview(good)).score).toBe(4)
  })

  it('has its own score where that does not decide', async () => {
    expect(await judgeOf('nist', easy).preview(good)).toEqual({ score: 2, broken: [] })
  })
})
