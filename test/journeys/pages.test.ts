import { describe, expect, it } from 'vitest'
import { Browser, somebody, startApp } from '../support/app.ts'

const app = await startApp()

describe('a person with a browser', () => {
  it('registers, signs in, sees the dashboard, signs out, and is out', async () => {
    const browser = new Browser(app)
    const ann = somebody({ full_name: 'Ann Lee' })

    const registerPage = await browser.open('/register')
    expect(registerPage.status).toBe(200)
    expect(await registerPage.text()).toContain(
      '<form class="form" method="post" action="/register">',
    )

    const registered = await browser.submit('/register', { ...ann })
    expect(registered.status).toBe(303)
    expect(registered.headers.get('location')).toBe('/login?notice=registered')
    expect(browser.cookie).toBe('')

    const loginPage = await (await browser.open('/login?notice=registered')).text()
    expect(loginPage).toContain('Your account is ready')
    expect(loginPage).toMatch(/<input id="email" name="email" type="email"[^>]* required/)
    expect(loginPage).toMatch(/<input id="password" name="password" type="password"[^>]* required/)

    const signedIn = await browser.submit('/login', { email: ann.email, password: ann.password })
    expect(signedIn.status).toBe(303)
    expect(signedIn.headers.get('location')).toBe('/dashboard')

    const dashboard = await browser.open('/dashboard')
    expect(dashboard.status).toBe(200)
    const html = await dashboard.text()
    expect(html).toContain('Welcome, Ann Lee!')
    expect(html).toContain('<form method="post" action="/logout">')

    const cookie = browser.cookie
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const signedOut = await browser.submit('/logout', { csrf_token })
    expect(signedOut.status).toBe(303)
    expect(signedOut.headers.get('location')).toBe('/login')
    expect(signedOut.headers.get('clear-site-data')).toBe('"cache", "storage"')
    expect(browser.cookie).toBe('')

    const again = await app.get('/dashboard', { cookie })
    expect(again.status).toBe(303)
    expect(again.headers.get('location')).toBe('/login')
  })

  it('is led to the login page from the start page and from the dashboard', async () => {
    const browser = new Browser(app)
    for (const path of ['/', '/dashboard']) {
      const response = await browser.open(path)
      expect(response.status).toBe(303)
      expect(response.headers.get('location')).toBe('/login')
    }
  })

  it('gets where they wanted to go, through the register page and the login page', async () => {
    const browser = new Browser(app)
    const ann = somebody()
    const next = '/dashboard?tab=1&sort=a b#end'
    const kept = '/dashboard?tab=1&sort=a%20b#end'
    const query = `next=${encodeURIComponent(next)}`

    const first = await (await browser.open(`/login?${query}`)).text()
    expect(first).toContain(`href="/register?next=${encodeURIComponent(kept)}"`)
    const page = await (await browser.open(`/register?${query}`)).text()
    expect(page).toContain(
      '<input type="hidden" name="next" value="/dashboard?tab=1&amp;sort=a%20b#end">',
    )

    const registered = await browser.submit('/register', { ...ann, next })
    const location = registered.headers.get('location') ?? ''
    expect(location).toBe(`/login?notice=registered&next=${encodeURIComponent(kept)}`)
    const login = await (await browser.open(location)).text()
    expect(login).toContain(
      '<input type="hidden" name="next" value="/dashboard?tab=1&amp;sort=a%20b#end">',
    )

    const signedIn = await browser.submit('/login', { ...ann, next: kept })
    expect(signedIn.headers.get('location')).toBe(kept)
  })

  it('comes back to the page that asked them to sign in', async () => {
    const browser = new Browser(app)
    const refused = await browser.open('/dashboard?tab=sessions')
    expect(refused.headers.get('location')).toBe('/login?next=%2Fdashboard%3Ftab%3Dsessions')
  })

  it('is sent on when already signed in', async () => {
    const browser = new Browser(app)
    await browser.submit('/login', { ...(await app.registered()) })
    for (const [path, location] of [
      ['/', '/dashboard'],
      ['/login', '/dashboard'],
      ['/login?next=%2Fme', '/me'],
      ['/register', '/dashboard'],
    ] as const) {
      const response = await browser.open(path)
      expect(response.status).toBe(303)
      expect(response.headers.get('location')).toBe(location)
    }
  })

  it('gets the form back after a wrong password, with the address and without the password', async () => {
    const browser = new Browser(app)
    const { email } = await app.registered()
    const refused = await browser.submit('/login', {
      email,
      password: 'not the right one',
      next: '/me',
    })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const html = await refused.text()
    expect(html).toContain('<title>Error: Sign in · Sallyport</title>')
    expect(html).toContain('Invalid credentials')
    expect(html).toContain(`value="${email}"`)
    expect(html).toContain('name="next" value="/me"')
    expect(html).not.toContain('not the right one')
    expect(browser.cookie).toBe('')
  })

  it('gets the register form back with every problem named at its field', async () => {
    const browser = new Browser(app)
    const refused = await browser.submit('/register', {
      full_name: ' ',
      email: 'nope',
      password: 'short-one',
    })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('<a href="#full_name">Full name is required</a>')
    expect(html).toContain('<a href="#email">Enter an e-mail address, such as name@example.com</a>')
    expect(html).toContain('<a href="#password">Password must be at least 12 characters</a>')
    expect(html).toContain('value="nope"')
    expect(html).not.toContain('short-one')
  })

  it('is told in the form that an address is taken', async () => {
    const ann = await app.registered()
    const refused = await new Browser(app).submit('/register', { ...ann })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('Email already registered')
  })

  it('signs out harmlessly from an old page, when the session is over already', async () => {
    const browser = new Browser(app)
    await browser.submit('/login', { ...(await app.registered()) })
    const csrf_token = await app.formTokenOf(browser.cookie)
    const cookie = browser.cookie
    await browser.submit('/logout', { csrf_token })
    browser.cookie = cookie
    const again = await browser.submit('/logout', { csrf_token })
    expect(again.status).toBe(303)
    expect(again.headers.get('location')).toBe('/login')
  })
})
