import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { FactorStore } from '../core/factors/index.ts'
import type { PasskeyId, PasskeyStore } from '../core/passkeys/index.ts'
import { type Instant, minutes, plus } from '../kernel/clock.ts'
import { type Digest, sha256 } from '../kernel/digest.ts'
import { systemRandom, urlSafe } from '../kernel/random.ts'
import { lastFactorContract } from './last-factor.contract.ts'
import { anInstant, aPasskey } from './records.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const end = plus(start, minutes(5))
const most = 20

const aChallenge = (): Digest => sha256(urlSafe(systemRandom, 32))

const inParallel = <Result>(count: number, call: (at: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, at) => call(at)))

/** What every {@link PasskeyStore} must do. `open` also gives the factors beside it, and ids of accounts that exist. */
export function passkeyStoreContract(
  name: string,
  open: () => Promise<{
    store: PasskeyStore
    factors: FactorStore
    newAccount: () => Promise<AccountId>
  }>,
): void {
  lastFactorContract(name, open)

  let store: PasskeyStore
  let newAccount: () => Promise<AccountId>
  let owner: AccountId
  let other: AccountId

  const added = async (over: Parameters<typeof aPasskey>[1] = {}, accountId = owner) => {
    const passkey = aPasskey(accountId, over)
    expect(await store.insert(passkey, most)).toBe('inserted')
    return passkey
  }

  describe(`passkey store contract: ${name}`, () => {
    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      newAccount = opened.newAccount
      owner = await newAccount()
      other = await newAccount()
    })

    describe('a passkey', () => {
      it('is given back exactly as it was added, by its credential and to its owner alone', async () => {
        const plain = await added()
        const used = await added({
          counter: 4_294_967_295,
          backupEligible: false,
          backedUp: true,
          transports: [],
          name: 'Zoë’s key ✓',
          createdAt: plus(start, minutes(1)),
          usedAt: plus(start, minutes(2)),
        })
        expect(await store.findByCredential(plain.credentialId)).toEqual(plain)
        expect(await store.findByCredential(used.credentialId)).toEqual(used)
        expect(await store.findByCredential(plain.id)).toBeUndefined()
        expect(await store.list(owner)).toEqual([plain, used])
        expect(await store.list(other)).toEqual([])
      })

      it('is listed after those that are older, whatever the order in which they were added', async () => {
        const ages = [5, 2, 8, 1, 7, 3, 6, 4]
        for (const age of ages) await added({ createdAt: (start - age) as Instant })
        const listed = (await store.list(owner)).map(({ createdAt }) => start - createdAt)
        expect(listed).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
      })

      it('is added for one of 16 parallel callers with its credential, and stays as that one made it', async () => {
        const credentialId = urlSafe(systemRandom, 32)
        const all = Array.from({ length: 16 }, (_, at) =>
          aPasskey(at % 2 === 0 ? owner : other, { credentialId }),
        )
        const told = await Promise.all(all.map((one) => store.insert(one, most)))
        expect(told.filter((one) => one === 'inserted')).toHaveLength(1)
        expect(told.filter((one) => one === 'known')).toHaveLength(15)
        const kept = all[told.indexOf('inserted')]
        expect(await store.findByCredential(credentialId)).toEqual(kept)
        expect([...(await store.list(owner)), ...(await store.list(other))]).toEqual([kept])
      })

      it('whose credential is known, to its account or another, changes nothing', async () => {
        const theirs = await added({}, other)
        const { credentialId } = theirs
        expect(await store.insert(aPasskey(owner, { credentialId }), most)).toBe('known')
        expect(await store.insert(aPasskey(other, { credentialId }), most)).toBe('known')
        expect(await store.list(owner)).toEqual([])
        expect(await store.list(other)).toEqual([theirs])
      })

      it('is not added where the account has as many as it may have', async () => {
        expect(await store.insert(aPasskey(owner), 2)).toBe('inserted')
        expect(await store.insert(aPasskey(owner), 2)).toBe('inserted')
        const beyond = aPasskey(owner)
        expect(await store.insert(beyond, 2)).toBe('full')
        expect(await store.findByCredential(beyond.credentialId)).toBeUndefined()
        expect(await store.insert(aPasskey(other), 2)).toBe('inserted')
        expect(await store.list(owner)).toHaveLength(2)
      })

      it('is added up to the bound and no further by 16 parallel callers', async () => {
        // Again and again: the first callers of all wait for their connections, and so for one another.
        for (let round = 0; round < 16; round++) {
          const account = await newAccount()
          await added({}, account)
          const told = await inParallel(16, () => store.insert(aPasskey(account), 4))
          expect(told.filter((one) => one === 'inserted')).toHaveLength(3)
          expect(told.filter((one) => one === 'full')).toHaveLength(13)
          expect(await store.list(account)).toHaveLength(4)
        }
      })

      it('is renamed by its owner alone', async () => {
        const passkey = await added()
        const beside = await added({ createdAt: plus(start, minutes(1)) })
        expect(await store.rename(other, passkey.id, 'Mine now')).toBe(false)
        expect(await store.rename(owner, 'pk_none' as PasskeyId, 'Nothing')).toBe(false)
        expect(await store.list(owner)).toEqual([passkey, beside])
        expect(await store.rename(owner, passkey.id, 'Key in the drawer')).toBe(true)
        expect(await store.list(owner)).toEqual([{ ...passkey, name: 'Key in the drawer' }, beside])
      })

      it('is removed by its owner alone, and by one of 16 parallel callers', async () => {
        const [passkey, beside] = [await added(), await added()]
        expect(await store.remove(other, passkey.id, false)).toBe(false)
        expect(await store.findByCredential(passkey.credentialId)).toEqual(passkey)
        const told = await inParallel(16, () => store.remove(owner, passkey.id, false))
        expect(told.filter(Boolean)).toHaveLength(1)
        expect(await store.findByCredential(passkey.credentialId)).toBeUndefined()
        expect(await store.rename(owner, passkey.id, 'Gone')).toBe(false)
        expect(await store.list(owner)).toEqual([beside])
      })

      it('may be added again once it was removed', async () => {
        const { id, credentialId } = await added()
        expect(await store.remove(owner, id, false)).toBe(true)
        const again = await added({ credentialId }, other)
        expect(await store.findByCredential(credentialId)).toEqual(again)
      })
    })

    describe('a use', () => {
      it('is noted with its counter, its time, and whether the passkey is synced', async () => {
        const [passkey, beside] = [await added({ counter: 7 }), await added({}, other)]
        expect(await store.recordUse(passkey.id, 9, true, end)).toBe(true)
        const used = { ...passkey, counter: 9, backedUp: true, usedAt: end }
        expect(await store.findByCredential(passkey.credentialId)).toEqual(used)
        expect(await store.recordUse(passkey.id, 10, false, end)).toBe(true)
        const unsynced = { ...used, counter: 10, backedUp: false }
        expect(await store.findByCredential(passkey.credentialId)).toEqual(unsynced)
        expect(await store.findByCredential(beside.credentialId)).toEqual(beside)
      })

      it('is noted for one of 16 parallel callers with one count', async () => {
        const { id, credentialId } = await added({ counter: 7 })
        const told = await inParallel(16, () => store.recordUse(id, 8, false, end))
        expect(told.filter(Boolean)).toHaveLength(1)
        expect((await store.findByCredential(credentialId))?.counter).toBe(8)
      })

      it('never lets the counter fall, whatever the order in which 16 counts arrive', async () => {
        const { id, credentialId } = await added()
        const counts = [9, 3, 14, 1, 16, 8, 2, 11, 5, 13, 7, 15, 4, 12, 6, 10]
        await Promise.all(counts.map((count) => store.recordUse(id, count, false, end)))
        expect((await store.findByCredential(credentialId))?.counter).toBe(16)
      })

      it('is refused, and nothing noted, where the counter has not grown', async () => {
        const passkey = await added({ counter: 7 })
        for (const counter of [7, 6, 1, 0]) {
          expect(await store.recordUse(passkey.id, counter, true, end)).toBe(false)
        }
        expect(await store.findByCredential(passkey.credentialId)).toEqual(passkey)
      })

      it('is noted every time where the authenticator does not count', async () => {
        const { id, credentialId } = await added({ counter: 0 })
        expect(await inParallel(16, () => store.recordUse(id, 0, false, end))).not.toContain(false)
        expect((await store.findByCredential(credentialId))?.usedAt).toBe(end)
        expect(await store.recordUse(id, 1, false, end)).toBe(true)
        expect(await store.recordUse(id, 0, false, end)).toBe(false)
      })

      it('is refused once the passkey is gone', async () => {
        const { id } = await added()
        await store.remove(owner, id, false)
        expect(await store.recordUse(id, 1, false, end)).toBe(false)
        expect(await store.recordUse(id, 0, false, end)).toBe(false)
        expect(await store.list(owner)).toEqual([])
      })
    })

    describe('a challenge', () => {
      it('is spent for one of 16 parallel callers, and for nobody afterwards', async () => {
        const [hash, another] = [aChallenge(), aChallenge()]
        const told = await inParallel(16, () => store.spendChallenge(hash, end))
        expect(told.filter(Boolean)).toHaveLength(1)
        expect(await store.spendChallenge(hash, end)).toBe(false)
        expect(await store.spendChallenge(hash, plus(end, minutes(5)))).toBe(false)
        expect(await store.spendChallenge(another, end)).toBe(true)
      })

      it('is forgotten at the very instant when it expires, a batch at a time', async () => {
        const spent = [aChallenge(), aChallenge(), aChallenge()]
        for (const hash of spent) expect(await store.spendChallenge(hash, end)).toBe(true)
        const living = aChallenge()
        await store.spendChallenge(living, (end + 1) as Instant)
        expect(await store.sweepChallenges((end - 1) as Instant, 100)).toBe(0)
        for (const hash of spent) expect(await store.spendChallenge(hash, end)).toBe(false)
        expect(await store.sweepChallenges(end, 2)).toBe(2)
        expect(await store.sweepChallenges(end, 2)).toBe(1)
        expect(await store.sweepChallenges(end, 2)).toBe(0)
        expect(await store.spendChallenge(living, end)).toBe(false)
      })
    })
  })
}
