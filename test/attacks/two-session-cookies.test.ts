import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'

const app = await startApp({ url: 'https://id.mail.test.example' })
const victim = await app.cookieOf(await app.registered())
const attacker = await app.cookieOf(await app.registered())
const attackersToken = attacker.split('=')[1]

describe('a second session cookie, tossed by a sibling host (CWE-384)', () => {
  it.each([
    ['before the victim’s', `${attacker}; ${victim}`],
    ['after the victim’s', `${victim}; ${attacker}`],
    ['among others', `a=1; ${attacker}; b=2; ${victim}; c=3`],
    ['twice the same', `${attacker}; ${attacker}`],
    ['empty', `__Host-sallyport=; ${victim}`],
  ])('makes the request nobody’s: %s', async (_where, cookie) => {
    expect(await app.meStatus({ cookie })).toBe(401)
    expect(await app.auth.authenticate({ headers: { cookie } })).toBeUndefined()
    expect(await app.meStatus({ cookie: victim })).toBe(200)
  })

  // Browsers check the prefix on the exact name; these they accept from a sibling, over http even.
  it.each([
    ['without the prefix', `sallyport=${attackersToken}`],
    ['with the prefix in another case', `__host-sallyport=${attackersToken}`],
    ['behind a no-break space', `\u00a0__Host-sallyport=${attackersToken}`],
    ['before a no-break space', `__Host-sallyport\u00a0=${attackersToken}`],
    ['behind a next-line character', `\u0085__Host-sallyport=${attackersToken}`],
    ['behind a vertical tab', `\u000b__Host-sallyport=${attackersToken}`],
    ['behind a wide space in UTF-8', `\u00e2\u0080\u0080__Host-sallyport=${attackersToken}`],
    ['as a nameless cookie', `=__Host-sallyport=${attackersToken}`],
    ['inside quotes', `"__Host-sallyport"=${attackersToken}`],
    ['behind a version', `$Version=1,__Host-sallyport=${attackersToken}`],
    ['inside another value', `a="; __Host-sallyport_x=${attackersToken}"`],
  ])('is not taken for the real one: a name %s', async (_how, tossed) => {
    for (const cookie of [tossed, `a=1; ${tossed}`]) {
      expect(await app.auth.authenticate({ headers: { cookie } })).toBeUndefined()
      expect(await app.meStatus({ cookie })).toBe(401)
    }
  })

  it.each([
    ['by its first character', (pair: string) => pair.replace('ses_', 'Ses_')],
    ['by a blank inside', (pair: string) => pair.replace('ses_', 'ses_ ')],
    ['by quotes', (pair: string) => pair.replace(/=(.*)/, '="$1"')],
    ['by percent-encoding', (pair: string) => pair.replace('ses_', 'ses%5F')],
    ['by one character more', (pair: string) => `${pair}0`],
    ['by one character less', (pair: string) => pair.slice(0, -1)],
  ])('a value changed %s opens nothing', async (_how, change) => {
    expect(await app.meStatus({ cookie: change(victim) })).toBe(401)
  })
})
