import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { cookieIn, startApp } from '../support/app.ts'

const app = await startApp({ sessionStore: 'sealed' })
const tokenIn = (cookie: string) => cookie.split('=')[1] as string

describe('a copy of a sealed cookie', () => {
  it('opens nothing after sign-out, nor does what it had slid to', async () => {
    const ann = await app.registered()
    const first = await app.cookieOf(ann)
    app.clock.advance(minutes(10))
    const second = cookieIn(await app.get('/me', { cookie: first }))
    await app.postJson('/logout', {}, { cookie: second })
    for (const cookie of [first, second]) {
      expect(await app.meStatus({ cookie })).toBe(401)
      expect((await app.get('/me', { cookie })).headers.getSetCookie()).toEqual([])
    }
    const again = await app.cookieOf(ann)
    for (const cookie of [first, second]) expect(await app.meStatus({ cookie })).toBe(401)
    // Nor can the copy be used to sign out who has signed in since.
    await app.postJson('/logout', {}, { cookie: first })
    expect(await app.meStatus({ cookie: again })).toBe(200)
  })

  it('opens nothing when sign-out runs in parallel with its use', async () => {
    const ann = await app.registered()
    for (let round = 0; round < 5; round++) {
      const cookie = await app.cookieOf(ann)
      app.clock.advance(minutes(10))
      const use = () => app.get('/me', { cookie })
      const uses = Array.from({ length: 10 }, use)
      const [, ...answers] = await Promise.all([
        app.postJson('/logout', {}, { cookie }),
        ...uses,
        use(),
      ])
      const renewed = answers.flatMap((answer) => answer.headers.getSetCookie())
      for (const each of [cookie, ...renewed.map((line) => line.split(';')[0] as string)]) {
        expect(await app.meStatus({ cookie: each })).toBe(401)
      }
    }
  })
})

describe('a sealed token at the wrong door', () => {
  it('a cookie’s is no bearer token, and a bearer token no cookie, by whatever prefix', async () => {
    const ann = await app.registered()
    const fromCookie = tokenIn(await app.cookieOf(ann))
    const bearer = await app.bearerOf(ann)
    expect([fromCookie, bearer]).toEqual([
      expect.stringMatching(/^sse2_/),
      expect.stringMatching(/^sbr2_/),
    ])
    for (const token of [fromCookie, fromCookie.replace('sse2', 'sbr2')]) {
      expect(await app.meStatus({ authorization: `Bearer ${token}` })).toBe(401)
    }
    for (const token of [bearer, bearer.replace('sbr2', 'sse2')]) {
      expect(await app.meStatus({ cookie: `sallyport=${token}` })).toBe(401)
    }
  })

  it('is nobody’s where sessions are stored, and a stored one’s where they are sealed', async () => {
    const stored = await startApp({ dataDir: app.dataDir })
    const ann = await app.registered()
    expect(await stored.meStatus({ cookie: await app.cookieOf(ann) })).toBe(401)
    expect(await app.meStatus({ cookie: await stored.cookieOf(ann) })).toBe(401)
  })
})

describe('a sealed token that we did not seal', () => {
  it('by a key that was removed opens nothing; by one that is still understood it does, and slides to the new one', async () => {
    const [old, fresh] = [
      'an old master key of thirty-two characters',
      'a new master key of as many characters',
    ]
    const before = await startApp({ sessionStore: 'sealed', secret: old })
    const options = { sessionStore: 'sealed', dataDir: before.dataDir } as const
    const ann = await before.registered()
    const cookie = await before.cookieOf(ann)

    const both = await startApp({ ...options, secret: [fresh, old] })
    expect(await both.meStatus({ cookie })).toBe(200)
    both.clock.advance(minutes(10))
    const renewed = cookieIn(await both.get('/me', { cookie }))

    const after = await startApp({ ...options, secret: fresh })
    expect(await after.meStatus({ cookie })).toBe(401)
    expect(await after.meStatus({ cookie: renewed })).toBe(200)
  })

  it('is refused wherever one character is another', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const token = tokenIn(cookie)
    const altered = fc.tuple(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '9', '_', '~'))
    await fc.assert(
      fc.asyncProperty(altered, async ([at, other]) => {
        if (token[at] === other) return
        const value = token.slice(0, at) + other + token.slice(at + 1)
        expect(await app.meStatus({ cookie: `sallyport=${value}` })).toBe(401)
      }),
      { numRuns: 200 },
    )
    expect(await app.meStatus({ cookie })).toBe(200)
  })
})

describe('a sealed cookie planted before sign-in (CWE-384)', () => {
  it('is dead afterwards, with all others of its owner, and the victim is who they are', async () => {
    const [attacker, victim] = [await app.registered(), await app.registered()]
    const planted = await app.cookieOf(attacker)
    const issued = await app.cookieOf(victim, { cookie: planted })
    expect(await app.meStatus({ cookie: planted })).toBe(401)
    const me = await (await app.get('/me', { cookie: issued })).json()
    expect(me).toMatchObject({ email: victim.email })
  })

  it('never comes back by an answer that was on its way', async () => {
    const [attacker, victim] = [await app.registered(), await app.registered()]
    const planted = await app.cookieOf(attacker)
    app.clock.advance(minutes(10))
    const late = cookieIn(await app.get('/me', { cookie: planted }))
    await app.cookieOf(victim, { cookie: planted })
    expect(await app.meStatus({ cookie: late })).toBe(401)
  })
})
