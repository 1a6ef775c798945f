import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, Browser, type Person, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import { guarded, signInWith } from '../support/second-factor.ts'

const app = await startApp()

describe('with a second factor, on its pages', () => {
  const inBrowser = async (on: App, { email, password }: Person, next?: string) => {
    const browser = new Browser(on)
    const first = await browser.submit('/login', { email, password, ...(next && { next }) })
    expect([first.status, first.headers.get('location')?.split('?')[0]]).toEqual([
      303,
      '/login/factor',
    ])
    return { browser, place: first.headers.get('location') as string }
  }

  it('nobody gets to the second step without the first', async () => {
    for (const cookie of [
      '',
      'sallyport_login=pnd_x',
      await app.cookieOf(await app.registered()),
    ]) {
      const answer = await app.get('/login/factor', { accept: 'text/html', cookie })
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        '/login?notice=expired',
      ])
    }
    const { browser } = await inBrowser(app, (await guarded(app)).person)
    app.clock.advance(minutes(10))
    const late = await browser.open('/login/factor')
    expect(late.headers.get('location')).toBe('/login?notice=expired')
  })

  it('a wrong code shows the form again, and the right one leads where somebody wanted to go', async () => {
    const ann = await guarded(app)
    const { browser, place } = await inBrowser(app, ann.person, '/account/sessions')
    const asked = await (await browser.open(place)).text()
    expect(asked).toContain('name="code"')
    const next = /name="next" value="([^"]+)"/.exec(asked)?.[1] as string
    const code = ann.wrong()
    const wrong = await browser.submit('/login/factor', { code, next })
    const page = await wrong.text()
    expect(wrong.status).toBe(401)
    expect(page).toContain('role="alert"')
    expect(page).toContain('name="code"')
    expect(page).not.toContain(code)
    expect(page).toContain('name="next" value="/account/sessions"')
    const right = await browser.submit('/login/factor', { code: ann.next(), next })
    expect([right.status, right.headers.get('location')]).toEqual([303, '/account/sessions'])
  })

  it('the fifth wrong code leads back to the password', async () => {
    const ann = await guarded(app)
    const { browser } = await inBrowser(app, ann.person)
    for (let at = 0; at < 5; at += 1) await browser.submit('/login/factor', { code: ann.wrong() })
    const answer = await browser.submit('/login/factor', { code: ann.next() })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?notice=expired'])
  })

  it('an app is set up, its recovery codes are shown once, and it is removed', async () => {
    const ann = await app.registered()
    const browser = new Browser(app)
    await browser.submit('/login', { email: ann.email, password: ann.password })
    const opened = async (path: string) => (await browser.open(path)).text()
    const token = (page: string) => /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] as string
    let page = await opened('/account/security')
    expect(page).toContain('Not set up')
    const begun = await browser.submit('/account/security/app', { csrf_token: token(page) })
    page = await opened(begun.headers.get('location') ?? '')
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page)?.[1] as string
    const fields = { id: /name="id" value="([^"]+)"/.exec(page)?.[1] as string }
    const code = codeNow(secret, app.clock.now())
    const wrong = await browser.submit('/account/security/app/confirm', {
      ...fields,
      code: code === '314159' ? '271828' : '314159',
      csrf_token: token(page),
    })
    expect(wrong.status).toBeGreaterThanOrEqual(400)
    page = await wrong.text()
    expect(page).toContain('role="alert"')
    expect(page).toContain(secret)
    const confirmed = await browser.submit('/account/security/app/confirm', {
      ...fields,
      code,
      csrf_token: token(page),
    })
    const place = confirmed.headers.get('location')
    const shown = place ? await opened(place) : await confirmed.text()
    const codes = shown.match(/\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b/g) ?? []
    expect(new Set(codes).size).toBe(10)
    for (const path of ['/account/security', '/account/security/app', place ?? '/dashboard']) {
      const again = await opened(path)
      for (const each of codes) expect(again).not.toContain(each)
    }
    page = await opened('/account/security')
    expect(page).toContain('10 codes are left')
    expect(await signInWith(app, ann, { recovery_code: codes[0] })).toBe(200)
    expect(await opened('/account/security')).toContain('9 codes are left')

    const removed = await browser.submit('/account/security/app/remove', {
      csrf_token: token(page),
      code: codes[1] as string,
    })
    expect(removed.status).toBe(303)
    expect(await opened('/account/security')).toContain('Not set up')
    expect(await app.meStatus({ cookie: await app.cookieOf(ann) })).toBe(200)
  })
})
