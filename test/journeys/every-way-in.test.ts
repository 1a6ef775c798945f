import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'
import { Attempt, type Browser, type Place, type Step, transports } from '../support/ways-in.ts'
import { gives, type Outcome } from '../support/ways-in-model.ts'
import { type State, type Subject, states, subjectIn } from '../support/ways-in-people.ts'

const open = await startApp()
const strict = await startApp({ requireMfa: 'all', dataDir: open.dataDir, clock: open.clock })
// The clock of the second one is that of the first.
Object.assign(strict, { clock: open.clock })
const stranger = await subjectIn(open, 'an app and a passkey')
const places: Readonly<Record<'off' | 'all', Place>> = {
  off: { app: open, isRequired: false, stranger },
  all: { app: strict, isRequired: true, stranger },
}
type RequireMfa = keyof typeof places

/** People are used again as long as enough of what they had is left: hashing is what this costs. */
const people = new Map<State, Subject>()

async function somebodyIn(state: State): Promise<Subject> {
  const known = people.get(state)
  people.delete(state)
  return known ?? subjectIn(open, state)
}

function keep(state: State, subject: Subject, before: string): void {
  const isAsBefore = essence(subject) === before
  const isUsable =
    subject.failures < 50 && (subject.standing.codes > 2 || !before.includes('codes'))
  if (isAsBefore && isUsable) people.set(state, subject)
}

function essence({ standing: { app, hasPasskey, codes, epoch } }: Subject): string {
  return JSON.stringify([app, hasPasskey, epoch, codes > 0 ? 'codes' : 'none'])
}

/** Takes these steps, each with the outcome that the rules ask for, and tells the outcomes. */
async function outcomes(
  requireMfa: RequireMfa,
  state: State,
  steps: readonly Step[],
): Promise<(Outcome | 'paused')[]> {
  const subject = await somebodyIn(state)
  const before = essence(subject)
  const attempt = new Attempt(places[requireMfa], subject)
  const told: (Outcome | 'paused')[] = []
  for (const step of steps) told.push(await attempt.take(step))
  keep(state, subject, before)
  return told
}

const browser = fc.constantFrom<Browser>(
  'unknown',
  'unknown',
  'trusted',
  'trusted once',
  'trusted by somebody else',
)
const transport = fc.constantFrom(...transports)
const mostly = fc.constantFrom(true, true, true, false)
const back = fc.constantFrom(0, 0, 0, 0, 1, 2)

const beginning: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      way: fc.constant('password' as const),
      transport,
      isRight: mostly,
      code: fc.constantFrom('right' as const, 'wrong' as const, undefined, undefined),
      browser,
    }),
  },
  { weight: 1, arbitrary: fc.record({ way: fc.constant('grant' as const), isRight: mostly }) },
  {
    weight: 3,
    arbitrary: fc.record({
      way: fc.constant('passkey' as const),
      transport,
      isVerified: fc.boolean(),
      browser,
    }),
  },
)

const next: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      way: fc.constant('factor' as const),
      give: fc.constantFrom(...gives),
      browser,
      back,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      way: fc.constant('enrolment' as const),
      what: fc.constantFrom('app' as const, 'passkey' as const),
      isRight: mostly,
      back,
    }),
  },
  { weight: 2, arbitrary: beginning },
  {
    weight: 1,
    arbitrary: fc.record({
      way: fc.constant('pause' as const),
      minutes: fc.constantFrom(9, 10, 30),
    }),
  },
)

const story = fc.record({
  requireMfa: fc.constantFrom<RequireMfa>('off', 'all'),
  state: fc.constantFrom(...states),
  steps: fc
    .tuple(beginning, fc.array(next, { minLength: 1, maxLength: 6 }))
    .map(([first, rest]) => [first, ...rest]),
})

const withPassword: Step = {
  way: 'password',
  transport: 'bearer',
  isRight: true,
  code: undefined,
  browser: 'unknown',
}
const withPasskey: Step = {
  way: 'passkey',
  transport: 'bearer',
  isVerified: true,
  browser: 'unknown',
}
const firsts: readonly (readonly [string, Step])[] = [
  ...transports.map(
    (transport) => [`a password for a ${transport}`, { ...withPassword, transport }] as const,
  ),
  ['a password and a code', { ...withPassword, code: 'right' }],
  ['a password and a wrong code', { ...withPassword, code: 'wrong' }],
  ['a password on a trusted device', { ...withPassword, browser: 'trusted' }],
  ['a password on a device trusted once', { ...withPassword, browser: 'trusted once' }],
  [
    'a password on a device of somebody else',
    { ...withPassword, browser: 'trusted by somebody else' },
  ],
  ['a wrong password', { ...withPassword, isRight: false }],
  ['a wrong password on a trusted device', { ...withPassword, isRight: false, browser: 'trusted' }],
  ['a password grant', { way: 'grant', isRight: true }],
  ['a passkey that sees its owner', withPasskey],
  ['a passkey that is touched', { ...withPasskey, isVerified: false }],
  [
    'a touched passkey on a trusted device',
    { ...withPasskey, isVerified: false, browser: 'trusted' },
  ],
]

const factor = (give: (typeof gives)[number]): Step => ({
  way: 'factor',
  give,
  browser: 'unknown',
  back: 0,
})

/** At the sign-in that waited before the last one. */
const overtaken = (give: (typeof gives)[number]): Step => ({
  way: 'factor',
  give,
  browser: 'unknown',
  back: 1,
})

describe('every way in', () => {
  it.each(states)('leads by one step where it should, and nowhere else: %s', async (state) => {
    for (const requireMfa of ['off', 'all'] as const) {
      for (const [name, step] of firsts) {
        expect([name, await outcomes(requireMfa, state, [step])]).toEqual([name, expect.anything()])
      }
    }
  })

  it('leads in with all that is due, and this is not a test of refusals', async () => {
    const touched: Step = { ...withPasskey, isVerified: false }
    const app: Step = { way: 'enrolment', what: 'app', isRight: true, back: 0 }
    const inside = [
      ['nothing yet', [withPassword]],
      ['an app', [withPassword, factor('code')]],
      ['an app', [withPassword, factor('recovery code')]],
      ['an app', [{ ...withPassword, code: 'right' }]],
      ['an app', [{ ...withPassword, browser: 'trusted' }]],
      ['a passkey', [withPassword, factor('passkey touched')]],
      ['a passkey', [withPassword, factor('passkey verified')]],
      ['a passkey', [touched, factor('password')]],
      ['a passkey', [touched, factor('passkey verified')]],
      ['a passkey', [withPasskey]],
      ['a disabled app', [withPassword, factor('recovery code')]],
      ['recovery codes alone', [withPassword, factor('recovery code')]],
      ['its app removed', [withPassword]],
      ['its passkey removed', [withPassword]],
    ] as const satisfies readonly (readonly [State, readonly Step[]])[]
    for (const [state, steps] of inside) {
      const told = await outcomes('off', state, steps)
      expect([state, told.at(-1)]).toEqual([state, 'session'])
    }
    const enrolled = await outcomes('all', 'nothing yet', [withPassword, app])
    expect(enrolled).toEqual(['enrolment', 'session'])
    const passkey: Step = { ...app, what: 'passkey' }
    const added = await outcomes('all', 'nothing yet', [withPassword, passkey])
    expect(added).toEqual(['enrolment', 'session'])
  })

  it('leads nowhere with what was used, tried too often, or overtaken by a new factor', async () => {
    const tries = (count: number) => Array.from({ length: count }, () => factor('wrong code'))
    const app: Step = { way: 'enrolment', what: 'app', isRight: true, back: 0 }
    const stories = [
      [
        'off',
        'an app',
        [withPassword, factor('code'), withPassword, factor('used code')],
        'refused',
      ],
      ['off', 'an app', [withPassword, factor('code'), factor('code')], 'refused'],
      ['off', 'an app', [withPassword, ...tries(4), factor('code')], 'session'],
      ['off', 'an app', [withPassword, ...tries(5), factor('code')], 'refused'],
      ['off', 'an app', [withPassword, ...tries(5), factor('recovery code')], 'refused'],
      ['off', 'an app', [withPassword, { way: 'pause', minutes: 9 }, factor('code')], 'session'],
      ['off', 'an app', [withPassword, { way: 'pause', minutes: 10 }, factor('code')], 'refused'],
      ['all', 'nothing yet', [withPassword, app, app], 'refused'],
      ['all', 'nothing yet', [withPassword, app, factor('code')], 'refused'],
      ['all', 'nothing yet', [withPassword, withPassword, app, overtaken('code')], 'refused'],
      ['all', 'nothing yet', [withPassword, withPassword, app, { ...app, back: 1 }], 'refused'],
    ] as const satisfies readonly (readonly [RequireMfa, State, readonly Step[], Outcome])[]
    for (const [requireMfa, state, steps, last] of stories) {
      const told = await outcomes(requireMfa, state, steps)
      expect([steps, told.at(-1)]).toEqual([steps, last])
    }
  })

  it('leads to a session with every factor that is due, and never without, in whatever order', async () => {
    const run = fc.asyncProperty(story, async ({ requireMfa, state, steps }) => {
      await outcomes(requireMfa, state, steps)
    })
    await fc.assert(run, { numRuns: 400 })
  }, 180_000)
})
