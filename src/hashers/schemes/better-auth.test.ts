import { describe, expect, it } from 'vitest'
import { betterAuthScrypt, luciaV2Scrypt } from './better-auth.ts'

const betterAuth =
  'e13cd1ffb6cfa6db9cd7c468b80315bf:92c005ac74fc2de62b59e90fbd4066ad8e337311aef6d6e72dc949ed772e0eb013baedc2e2b3a09a2236f7e00040c8f1a43deb3ff817a2496ae1e2d2d28335ab'
const lucia =
  's2:Y0IKsyMH4Xu2T1p6:56ba518c41ddf5d58022bdaac9c2f8131f26338175ffdce49efdd2a9f91de1b655b4435dfb28c1941758ba0cc38f671ff33fdc72dcafbbf1a101dfbdcf2c457a'

describe.each([
  [betterAuthScrypt, betterAuth, lucia],
  [luciaV2Scrypt, lucia, betterAuth],
])('$name', (scheme, good, foreign) => {
  it('accepts the password and no other', () => {
    expect(scheme.read(good)?.matches('password')).toBe(true)
    expect(scheme.read(good)?.matches('password.')).toBe(false)
  })

  it('composes the password first (NFKC)', () => {
    expect(scheme.read(good)?.matches('ｐａｓｓｗｏｒｄ')).toBe(true)
  })

  it('has no hash for bytes that are no text', () => {
    expect(scheme.read(good)?.matches(Uint8Array.of(0xff))).toBe(false)
  })

  it.each([
    ['a third part', `${good}:x`],
    ['no digest', good.slice(0, -129)],
    ['a shorter digest', good.slice(0, -2)],
    ['capitals', good.toUpperCase()],
    ['a line end', `${good}\n`],
    ['the form of the other', foreign],
  ])('refuses a hash with %s', (_, hash) => {
    expect(scheme.read(hash)).toBeUndefined()
  })
})
