import { describe, expect, it } from 'vitest'
import { KeyRing } from '../../kernel/key-ring.ts'
import { Secret } from '../../kernel/secret.ts'
import type { FamilyId } from './family.ts'
import { readRefreshToken, writeRefreshToken } from './refresh-token.ts'

const first = new Secret('first-master-key-of-some-length')
const second = new Secret('second-master-key-of-some-length')
const keys = new KeyRing([first])
const turn = { family: 'AAECAwQFBgcICQoLDA0ODw' as FamilyId, counter: 41 }
const token = writeRefreshToken(turn, keys).expose()

describe('the text of a refresh token', () => {
  it('is the same for the same turn, and known', () => {
    expect(token).toMatch(/^rft_AAECAwQFBgcICQoLDA0ODw0000015[\w-]{43}[0-9a-z]{7}$/)
    expect(writeRefreshToken(turn, keys).expose()).toBe(token)
    expect(readRefreshToken(token, keys)).toEqual(turn)
  })

  it('differs in every turn and family by what nobody can guess', () => {
    const mac = (counter: number, family = turn.family) =>
      writeRefreshToken({ family, counter }, keys).expose().slice(33, 76)
    const other = 'AQECAwQFBgcICQoLDA0ODw' as FamilyId
    expect(new Set([mac(40), mac(41), mac(42), mac(41, other)]).size).toBe(4)
  })

  it('cannot be altered in any character, cut or continued', () => {
    for (let at = 0; at < token.length; at++) {
      for (const other of ['A', 'b', '0', '-', '.', ' ', 'é']) {
        if (token[at] === other) continue
        const altered = token.slice(0, at) + other + token.slice(at + 1)
        expect(readRefreshToken(altered, keys), altered).toBeUndefined()
      }
      expect(readRefreshToken(token.slice(0, at), keys)).toBeUndefined()
    }
    for (const more of ['0', ' ', '\n'])
      expect(readRefreshToken(token + more, keys)).toBeUndefined()
  })

  it('is understood under a newer master key as long as the older one is there, and made with the newer', () => {
    const both = new KeyRing([second, first])
    expect(readRefreshToken(token, both)).toEqual(turn)
    const anew = writeRefreshToken(turn, both).expose()
    expect(anew).not.toBe(token)
    expect(readRefreshToken(anew, keys)).toBeUndefined()
    expect(readRefreshToken(token, new KeyRing([second]))).toBeUndefined()
  })
})
