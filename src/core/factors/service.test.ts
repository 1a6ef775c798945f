import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../kernel/clock.ts'
import { KeyRing } from '../../kernel/key-ring.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Sealing } from '../../kernel/sealing.ts'
import { Secret } from '../../kernel/secret.ts'
import { SqlAccountStore } from '../../stores/sql/accounts.ts'
import type { Database } from '../../stores/sql/database.ts'
import { SqlFactorStore } from '../../stores/sql/factors.ts'
import { migrate } from '../../stores/sql/migrate.ts'
import { openSqlite } from '../../stores/sql/sqlite.ts'
import { FakeClock } from '../../testing/clock.ts'
import { anAccount } from '../../testing/records.ts'
import type { Account } from '../accounts/index.ts'
import { nothingHeld } from '../assurance/index.ts'
import type { FactorId } from './factor.ts'
import type { EnrolmentShown, RecoveryCodesOutcome } from './outcome.ts'
import { Factors } from './service.ts'
import type { FactorStore } from './store.ts'
import { codeOf, type Drift, stepAt } from './totp.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-factors-'))
const keys = new KeyRing([new Secret('first-master-key-of-some-length')])
const sealing = new Sealing(keys, 'totp secret', systemRandom)

let db: Database
let store: FactorStore
let clock: FakeClock
let ann: Account
let factors: Factors

beforeAll(async () => {
  db = openSqlite(join(folder, 'sallyport.db'))
  await migrate(db, new FakeClock().now())
})

afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true })
})

beforeEach(async () => {
  clock = new FakeClock()
  ann = anAccount()
  await new SqlAccountStore(db).insert(ann)
  store = new SqlFactorStore(db)
  factors = factorsWith({})
})

function factorsWith(over: { readonly drift?: Drift }): Factors {
  return new Factors({ store, sealing, keys, clock, random: systemRandom, issuer: 'Acme', ...over })
}

/** What an app shows that was given the URI of an enrolment: now, or some steps away. */
function shownBy({ uri }: EnrolmentShown, stepsAway = 0): string {
  const written = new URL(uri.expose()).searchParams.get('secret') ?? ''
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...written].map((one) => letters.indexOf(one).toString(2).padStart(5, '0'))
  const bytes = (bits.join('').match(/.{8}/g) ?? []).map((one) => Number.parseInt(one, 2))
  return codeOf(Uint8Array.from(bytes), stepAt(clock.now()) + stepsAway)
}

/** Six digits that are not the app's, anywhere near. */
function wrongFor(app: EnrolmentShown): string {
  const near = [-2, -1, 0, 1, 2].map((away) => shownBy(app, away))
  const codes = ['111111', '222222', '333333', '444444', '555555', '666666']
  return codes.find((one) => !near.includes(one)) as string
}

/** An app that is in use, a minute after it was confirmed. */
async function withApp(): Promise<EnrolmentShown> {
  const app = await factors.enrol(ann)
  expect(await factors.confirm(ann.id, app.id, shownBy(app))).toMatchObject({ kind: 'confirmed' })
  clock.advance(minutes(1))
  return app
}

function codesOf(outcome: RecoveryCodesOutcome): string[] {
  return outcome.kind === 'made' ? outcome.codes.map((code) => code.expose()) : []
}

const accepted = { kind: 'accepted', factor: expect.stringMatching(/^totp_/) }
const no = (reason: string) => ({ kind: 'refused', reason })

describe('an enrolment', () => {
  it('is confirmed by the code of the app that was given its URI', async () => {
    const app = await factors.enrol(ann)
    expect(app.uri.expose()).toContain(`Acme:${encodeURIComponent(ann.email)}?`)
    expect(app.expiresAt - clock.now()).toBe(minutes(15))
    expect(await factors.heldBy(ann.id)).toEqual(nothingHeld)
    expect(await factors.confirm(ann.id, app.id, shownBy(app))).toMatchObject({ kind: 'confirmed' })
    const held = { ...nothingHeld, app: { id: app.id, isDisabled: false } }
    expect(await factors.heldBy(ann.id)).toEqual(held)
  })

  it('shows its secret in no log and no database', async () => {
    const app = await factors.enrol(ann)
    const typed = app.typed.expose().replaceAll(' ', '')
    expect(app.uri.expose()).toContain(`secret=${typed}&`)
    expect(`${JSON.stringify(app)} ${app.uri} ${app.typed}`).not.toContain(typed)
    const { enrolment } = await store.findTotp(ann.id)
    expect(JSON.stringify(enrolment)).not.toContain(typed)
  })

  it('is shown again as it was, to whoever began it, until it expires', async () => {
    const app = await factors.enrol(ann)
    expect(await factors.confirm(ann.id, app.id, wrongFor(app))).toEqual(no('wrong_code'))
    const again = await factors.enrolmentOf(ann, app.id)
    expect(await factors.enrolmentOf(ann, 'totp_of_another' as FactorId)).toBeUndefined()
    expect(again?.uri.expose()).toBe(app.uri.expose())
    expect(again?.id).toBe(app.id)
    clock.advance(minutes(15))
    expect(await factors.enrolmentOf(ann, app.id)).toBeUndefined()
    expect(await factors.confirm(ann.id, app.id, shownBy(app))).toEqual(no('expired'))
  })

  it('is replaced by the next one', async () => {
    const first = await factors.enrol(ann)
    const second = await factors.enrol(ann)
    expect(await factors.confirm(ann.id, first.id, shownBy(first))).toEqual(no('no_enrolment'))
    expect(await factors.confirm(ann.id, second.id, shownBy(first))).toEqual(no('wrong_code'))
    expect(await factors.confirm(ann.id, second.id, shownBy(second))).toMatchObject({
      kind: 'confirmed',
    })
  })

  it('is nobody else’s to confirm', async () => {
    const bob = anAccount()
    await new SqlAccountStore(db).insert(bob)
    const app = await factors.enrol(ann)
    expect(await factors.confirm(bob.id, app.id, shownBy(app))).toEqual(no('no_enrolment'))
    expect(await factors.confirm(ann.id, 'none' as FactorId, shownBy(app))).toEqual(
      no('no_enrolment'),
    )
  })

  it('is confirmed for one of 16 that try at the same time', async () => {
    const app = await factors.enrol(ann)
    const code = shownBy(app)
    const all = await Promise.all(
      Array.from({ length: 16 }, () => factors.confirm(ann.id, app.id, code)),
    )
    expect(all.filter(({ kind }) => kind === 'confirmed')).toHaveLength(1)
  })

  it('leaves the app that is in use as it is, and takes its place only when told to', async () => {
    const old = await withApp()
    const next = await factors.enrol(ann)
    expect(await factors.confirm(ann.id, next.id, shownBy(next))).toEqual(no('already_confirmed'))
    expect(await factors.check(ann.id, shownBy(old))).toEqual(accepted)
    const replaced = await factors.confirm(ann.id, next.id, shownBy(next), { replace: true })
    expect(replaced).toMatchObject({ kind: 'confirmed' })
    clock.advance(minutes(1))
    expect(await factors.check(ann.id, shownBy(old))).toMatchObject(no('wrong_code'))
    expect(await factors.check(ann.id, shownBy(next))).toEqual(accepted)
  })
})

describe('a code of the app', () => {
  it('is accepted once, for one of 50 that present it at the same time', async () => {
    const code = shownBy(await withApp())
    const all = await Promise.all(Array.from({ length: 50 }, () => factors.check(ann.id, code)))
    expect(all.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
    expect(all.filter(({ kind }) => kind === 'refused')).toEqual(Array(49).fill(no('replayed')))
  })

  it('is accepted no more once it has confirmed the enrolment', async () => {
    const app = await factors.enrol(ann)
    const code = shownBy(app)
    await factors.confirm(ann.id, app.id, code)
    expect(await factors.check(ann.id, code)).toEqual(no('replayed'))
    expect(await factors.check(ann.id, shownBy(app, 1))).toEqual(accepted)
  })

  it('is refused when it is older than one that was accepted, however near', async () => {
    const app = await withApp()
    expect(await factors.check(ann.id, shownBy(app, 1))).toEqual(accepted)
    for (const away of [-1, 0, 1]) {
      expect(await factors.check(ann.id, shownBy(app, away))).toEqual(no('replayed'))
    }
    clock.advance(seconds(60))
    expect(await factors.check(ann.id, shownBy(app))).toEqual(accepted)
  })

  it('may be as early and late as the drift says', async () => {
    const app = await withApp()
    const strict = factorsWith({ drift: 0 })
    expect(await strict.check(ann.id, shownBy(app, -1))).toMatchObject(no('wrong_code'))
    expect(await factors.check(ann.id, shownBy(app, -1))).toEqual(accepted)
    expect(await factors.check(ann.id, shownBy(app, 2))).toMatchObject(no('wrong_code'))
    expect(await factorsWith({ drift: 2 }).check(ann.id, shownBy(app, 2))).toEqual(accepted)
  })

  it('is refused where there is no app', async () => {
    expect(await factors.check(ann.id, '123456')).toEqual(no('no_factor'))
    await factors.enrol(ann)
    expect(await factors.check(ann.id, '123456')).toEqual(no('no_factor'))
  })
})

describe('wrong codes', () => {
  it('disable the app when there were a hundred in a row, and one of them is told so', async () => {
    const app = await withApp()
    const wrong = wrongFor(app)
    const told = await Promise.all(Array.from({ length: 99 }, () => factors.check(ann.id, wrong)))
    expect(told).not.toContainEqual(expect.objectContaining({ disables: true }))
    const last = { ...no('wrong_code'), failures: 100, disables: true }
    expect(await factors.check(ann.id, wrong)).toEqual(last)
    // Else the answer would tell a right guess from a wrong one.
    for (const code of [wrong, shownBy(app)]) {
      expect(await factors.check(ann.id, code)).toEqual(no('disabled'))
    }
    expect((await factors.heldBy(ann.id)).app).toEqual({ id: app.id, isDisabled: true })
  })

  it('are counted anew after a right one', async () => {
    const app = await withApp()
    const wrong = wrongFor(app)
    for (let at = 0; at < 3; at++) await factors.check(ann.id, wrong)
    expect(await factors.check(ann.id, shownBy(app))).toEqual(accepted)
    expect(await factors.check(ann.id, wrong)).toMatchObject({ failures: 1, disables: false })
  })

  it('are also those that are no codes at all', async () => {
    await withApp()
    const texts = ['', 'abcdef', '１２３４５６', 123456, undefined]
    for (const [at, text] of texts.entries()) {
      expect(await factors.check(ann.id, text)).toMatchObject({ failures: at + 1 })
    }
  })

  it('are not counted where a right one was only used before', async () => {
    const app = await withApp()
    const code = shownBy(app)
    await factors.check(ann.id, code)
    expect(await factors.check(ann.id, code)).toEqual(no('replayed'))
    expect(await factors.check(ann.id, wrongFor(app))).toMatchObject({ failures: 1 })
  })
})

describe('recovery codes', () => {
  it('are ten, shown once, and accepted once each, however they are typed', async () => {
    await withApp()
    const outcome = await factors.makeRecoveryCodes(ann.id)
    const codes = codesOf(outcome)
    expect(codes).toHaveLength(10)
    expect(JSON.stringify(outcome)).not.toContain(codes[0])
    const typed = codes[0]?.replaceAll('-', ' ').toUpperCase()
    expect(await factors.useRecoveryCode(ann.id, typed)).toEqual({ kind: 'accepted', left: 9 })
    expect(await factors.useRecoveryCode(ann.id, codes[0])).toEqual(no('replayed'))
    expect(await factors.useRecoveryCode(ann.id, '0000-0000-0000-0000')).toEqual(no('wrong_code'))
    expect(await factors.useRecoveryCode(ann.id, '')).toEqual(no('wrong_code'))
    expect((await factors.heldBy(ann.id)).recoveryCodes).toBe(9)
  })

  it('are accepted for one of 16 that present one at the same time', async () => {
    await withApp()
    const [code] = codesOf(await factors.makeRecoveryCodes(ann.id))
    const all = await Promise.all(
      Array.from({ length: 16 }, () => factors.useRecoveryCode(ann.id, code)),
    )
    expect(all.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
  })

  it('are worthless once others were made, and to anybody else', async () => {
    await withApp()
    const [old] = codesOf(await factors.makeRecoveryCodes(ann.id))
    const [fresh] = codesOf(await factors.makeRecoveryCodes(ann.id))
    const bob = anAccount()
    await new SqlAccountStore(db).insert(bob)
    expect(await factors.useRecoveryCode(ann.id, old)).toEqual(no('wrong_code'))
    expect(await factors.useRecoveryCode(bob.id, fresh)).toEqual(no('wrong_code'))
    expect(await factors.useRecoveryCode(ann.id, fresh)).toEqual({ kind: 'accepted', left: 9 })
  })

  it('let the owner of a disabled app in, to set up another one', async () => {
    const app = await withApp()
    const [code] = codesOf(await factors.makeRecoveryCodes(ann.id))
    const wrong = wrongFor(app)
    await Promise.all(Array.from({ length: 100 }, () => factors.check(ann.id, wrong)))
    expect(await factors.useRecoveryCode(ann.id, code)).toEqual({ kind: 'accepted', left: 9 })
    const next = await factors.enrol(ann)
    await factors.confirm(ann.id, next.id, shownBy(next), { replace: true })
    expect(await factors.check(ann.id, shownBy(next, 1))).toEqual(accepted)
  })

  it('are made only for who has an app, and go with it', async () => {
    expect(await factors.makeRecoveryCodes(ann.id)).toEqual(no('no_factor'))
    expect(await factors.remove(ann.id, false)).toBe(false)
    await withApp()
    const [code] = codesOf(await factors.makeRecoveryCodes(ann.id))
    expect(await factors.remove(ann.id, true)).toBe(false)
    expect(await factors.remove(ann.id, false)).toBe(true)
    expect(await factors.useRecoveryCode(ann.id, code)).toEqual(no('wrong_code'))
    expect(await factors.heldBy(ann.id)).toEqual(nothingHeld)
  })
})
