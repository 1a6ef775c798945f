import { describe, expect, it } from 'vitest'
import type { SigningKeyRecord, SigningKeyStore } from '../core/tokens/index.ts'
import { anInstant } from './records.ts'

const now = anInstant('2030-01-01T00:00:00Z')

function aRecord(generation: number, over: Partial<SigningKeyRecord> = {}): SigningKeyRecord {
  return {
    id: `key-${generation}`,
    generation,
    algorithm: 'EdDSA',
    sealed: `sealed ${generation}`,
    createdAt: now,
    signsFrom: anInstant('2030-01-02T00:00:00Z'),
    retiredAt: undefined,
    ...over,
  }
}

/** What every {@link SigningKeyStore} must do. */
export function signingKeyStoreContract(name: string, open: () => Promise<SigningKeyStore>): void {
  describe(`signing key store contract: ${name}`, () => {
    it('lists keys as they were added, the oldest first', async () => {
      const store = await open()
      expect(await store.list()).toEqual([])
      for (const record of [aRecord(2), aRecord(1)]) expect(await store.add(record)).toBe(true)
      expect(await store.list()).toEqual([aRecord(1), aRecord(2)])
    })

    it('has one key of each generation: of 16 nodes that make the next one, one does', async () => {
      const store = await open()
      const added = await Promise.all(
        Array.from({ length: 16 }, (_, at) => store.add(aRecord(1, { id: `of node ${at}` }))),
      )
      expect(added.filter(Boolean)).toHaveLength(1)
      expect(await store.list()).toHaveLength(1)
    })

    it('replaces what is sealed only as long as it is what it was', async () => {
      const store = await open()
      await store.add(aRecord(1))
      const sealed = await Promise.all(
        Array.from({ length: 16 }, (_, at) => store.reseal('key-1', 'sealed 1', `anew ${at}`)),
      )
      expect(sealed.filter(Boolean)).toHaveLength(1)
      expect(await store.list()).toEqual([aRecord(1, { sealed: `anew ${sealed.indexOf(true)}` })])
    })

    it('retires a key once: of 16 parallel callers one is told so', async () => {
      const store = await open()
      for (const record of [aRecord(1), aRecord(2)]) await store.add(record)
      const retired = await Promise.all(
        Array.from({ length: 16 }, () => store.retire('key-1', now)),
      )
      expect(retired.filter(Boolean)).toHaveLength(1)
      expect(await store.retire('nobody', now)).toBe(false)
      expect(await store.list()).toEqual([aRecord(1, { retiredAt: now }), aRecord(2)])
    })

    it('removes those that are named', async () => {
      const store = await open()
      for (const record of [aRecord(1), aRecord(2), aRecord(3)]) await store.add(record)
      await store.remove(['key-1', 'key-3'])
      await store.remove([])
      expect(await store.list()).toEqual([aRecord(2)])
    })
  })
}
