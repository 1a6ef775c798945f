import { expect, it } from 'vitest'
import { base32 } from '../../src/core/factors/base32.ts'
import { typedSecret } from '../../src/core/factors/otpauth.ts'
import { codeOf, newTotpSecret, stepAt } from '../../src/core/factors/totp.ts'
import { type Instant, seconds } from '../../src/kernel/clock.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import { anInstant } from '../../src/testing/index.ts'
import {
  aMasterKey,
  factorsAtWork,
  foundByOathtool,
  secretInUri,
  shownByOathtool,
} from '../support/factors.ts'

const { db, clock, newAccount, under } = await factorsAtWork()
const [firstKey, secondKey] = [aMasterKey(), aMasterKey()]
const factors = under([firstKey])

it('shows what oathtool shows, for any secret at any time', () => {
  for (let round = 0; round < 50; round++) {
    const secret = newTotpSecret(systemRandom)
    const [whole = 0] = new Uint32Array(systemRandom.bytes(4).buffer.slice(0, 4))
    const now = (whole * 1000) as Instant
    expect(shownByOathtool(base32(secret), now)).toBe(codeOf(secret, stepAt(now)))
  }
})

it('shows it also for the secret as it is typed, and at the edges of a step', () => {
  const secret = newTotpSecret(systemRandom)
  for (const iso of ['2030-01-01T00:00:29Z', '2030-01-01T00:00:30Z', '2100-12-31T23:59:59Z']) {
    const now = anInstant(iso)
    expect(shownByOathtool(typedSecret(secret), now)).toBe(codeOf(secret, stepAt(now)))
  }
})

it('shows codes that oathtool accepts, one step early and late', () => {
  const secret = newTotpSecret(systemRandom)
  const now = anInstant('2030-01-01T00:00:00Z')
  const found = (away: number) =>
    foundByOathtool(base32(secret), codeOf(secret, stepAt(now) + away), now, 1)
  for (const away of [-1, 0, 1]) expect(Math.abs(found(away))).toBe(Math.abs(away))
  expect(() => found(2)).toThrow()
})

it('sets up an app, and accepts each of its codes once', async () => {
  const ann = await newAccount()
  const { id, uri } = await factors.enrol(ann)
  const shown = () => shownByOathtool(secretInUri(uri), clock.now())
  const first = shown()
  expect(await factors.confirm(ann.id, id, first)).toMatchObject({ kind: 'confirmed' })
  expect(await factors.check(ann.id, first)).toMatchObject({ reason: 'replayed' })
  for (let round = 0; round < 5; round++) {
    clock.advance(seconds(30))
    expect(await factors.check(ann.id, shown())).toMatchObject({ kind: 'accepted' })
    expect(await factors.check(ann.id, shown())).toMatchObject({ reason: 'replayed' })
  }
})

/** An app in use and a recovery code of each of the old sets, before the master key is replaced. */
async function settled() {
  const ann = await newAccount()
  const { id, uri } = await factors.enrol(ann)
  await factors.confirm(ann.id, id, shownByOathtool(secretInUri(uri), clock.now()))
  const made = await factors.makeRecoveryCodes(ann.id)
  const codes = made.kind === 'made' ? made.codes.map((code) => code.expose()) : []
  const next = () => {
    clock.advance(seconds(30))
    return shownByOathtool(secretInUri(uri), clock.now())
  }
  return { ann, codes, next }
}

it('goes on under another master key, and seals the secret anew under it', async () => {
  const { ann, codes, next } = await settled()
  const both = under([secondKey, firstKey])
  expect(await both.check(ann.id, next())).toMatchObject({ kind: 'accepted' })
  expect(await both.useRecoveryCode(ann.id, codes[0])).toEqual({ kind: 'accepted', left: 9 })
  expect(await both.useRecoveryCode(ann.id, codes[0])).toMatchObject({ reason: 'replayed' })

  const newOnly = under([secondKey])
  expect(await newOnly.check(ann.id, next())).toMatchObject({ kind: 'accepted' })
  expect(await newOnly.useRecoveryCode(ann.id, codes[1])).toMatchObject({ reason: 'wrong_code' })
})

it('tells the operator, and nobody that a code was wrong, where the master key is lost', async () => {
  const { ann, next } = await settled()
  const check = under([secondKey]).check(ann.id, next())
  await expect(check).rejects.toThrow('sealed under another master key')
})

it('opens no secret that was moved to another account in the database', async () => {
  const { ann, next } = await settled()
  const eve = await newAccount()
  const { id } = await factors.enrol(eve)
  const { sealed } = await db.kysely
    .selectFrom('totp_factors')
    .select('sealed')
    .where('account_id', '=', ann.id)
    .executeTakeFirstOrThrow()
  await db.kysely
    .updateTable('totp_factors')
    .set({ enrolment_sealed: sealed })
    .where('account_id', '=', eve.id)
    .execute()
  await expect(factors.confirm(eve.id, id, next())).rejects.toThrow('another master key')
})
