import { describe, expect, it } from 'vitest'
import { fixedHeaders, jsonOf, sameOrigin, somebody, startApp } from '../support/app.ts'

const strength = await startApp()
const nist = await startApp({ passwordPolicy: 'nist' })
const composition = await startApp({ passwordPolicy: 'composition' })

async function saidAbout(app: typeof strength, body: object) {
  const response = await app.postJson('/password/check', body)
  expect(response.status).toBe(200)
  return await jsonOf(response)
}

describe('a password that is being typed', () => {
  it('is rated without an account or a session', async () => {
    const response = await strength.postJson('/password/check', {
      password: 'violet harbour lantern',
    })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject(fixedHeaders)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await jsonOf(response)).toEqual({ acceptable: true, score: 4, problems: [] })
  })

  it.each([
    ['short', 0, 'too_short'],
    ['abcabcabcabc', 0, 'guessable'],
    ['Password1234', 1, 'common'],
    ['', 0, 'required'],
    ['x'.repeat(1025), 0, 'too_long'],
  ])('is refused by the rule and the words of the form: %s', async (password, score, rule) => {
    const answer = await saidAbout(strength, { password })
    expect(answer).toMatchObject({ acceptable: false, score, problems: [{ rule }] })
    const refused = await strength.postJson('/register', { ...somebody(), password })
    const [{ message }] = (await jsonOf(refused))['errors']
    expect(answer['problems']).toEqual([{ rule, message }])
  })

  it('is refused where the scheme in force cannot hold it, as the form refuses it', async () => {
    const bcrypt = await startApp({ passwordSchemes: ['bcrypt'], passwordCost: 'cost=4' })
    const password = 'violet harbour lantern '.repeat(4)
    const answer = await saidAbout(bcrypt, { password })
    expect(answer).toMatchObject({ acceptable: false, score: 0, problems: [{ rule: 'too_long' }] })
    const refused = await bcrypt.postJson('/register', { ...somebody(), password })
    expect(refused.status).toBe(422)
  })

  it('is measured by what else stands in the form', async () => {
    const password = 'nightingale1820'
    expect(await saidAbout(strength, { password })).toMatchObject({ acceptable: true })
    for (const known of [{ full_name: 'F. Nightingale' }, { email: 'nightingale@mail.example' }]) {
      expect(await saidAbout(strength, { password, ...known })).toMatchObject({
        acceptable: false,
        score: 1,
        problems: [{ rule: 'context_word' }],
      })
    }
  })

  it('is judged by the policy in force', async () => {
    expect(await saidAbout(nist, { password: 'x'.repeat(15) })).toMatchObject({
      acceptable: true,
      score: 0,
    })
    expect(await saidAbout(composition, { password: 'Password123!' })).toMatchObject({
      acceptable: true,
      score: 1,
    })
    expect(await saidAbout(composition, { password: 'violet harbour lantern' })).toMatchObject({
      acceptable: false,
      score: 2,
      problems: [{ rule: 'no_uppercase' }, { rule: 'no_digit' }, { rule: 'no_special' }],
    })
  })

  it('is rated for who is signed in: their own name is no password of theirs', async () => {
    const person = await strength.registered({ full_name: 'Florence Nightingale' })
    const cookie = await strength.cookieOf(person)
    const body = { password: 'nightingale1234' }
    const ask = async (headers: Record<string, string>) =>
      (await jsonOf(await strength.postJson('/password/check', body, headers)))['problems']
    expect(await ask({ cookie })).toContainEqual(expect.objectContaining({ rule: 'context_word' }))
    expect(await ask({})).not.toContainEqual(expect.objectContaining({ rule: 'context_word' }))
  })

  it('is taken from our own pages and from programs, not from other sites', async () => {
    const body = { password: 'violet harbour lantern' }
    const from = (headers: Record<string, string>) =>
      strength.postJson('/password/check', body, headers)
    expect((await from(sameOrigin(strength))).status).toBe(200)
    expect((await from({ origin: 'https://elsewhere.example' })).status).toBe(403)
    expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await strength.get('/password/check')).status).toBe(405)
  })

  it('is a text within the bounds of every body', async () => {
    for (const body of [{}, { password: 7 }, { password: 'x', email: [] }]) {
      expect((await strength.postJson('/password/check', body)).status).toBe(422)
    }
    const huge = { password: 'x'.repeat(20_000) }
    expect((await strength.postJson('/password/check', huge)).status).toBe(413)
  })

  it('is answered "come back later" when too many are, while sessions go on', async () => {
    const app = await startApp()
    const cookie = await app.cookieOf(await app.registered())
    const flood = Array.from({ length: 100 }, () =>
      app.postJson('/password/check', { password: 'violet harbour lantern' }),
    )
    expect(await app.meStatus({ cookie })).toBe(200)
    const byStatus = Map.groupBy(await Promise.all(flood), ({ status }) => status)
    expect([...byStatus.keys()].sort()).toEqual([200, 503])
    expect(byStatus.get(503)?.[0]?.headers.get('retry-after')).toBe('2')
  })
})
