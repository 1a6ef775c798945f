import { describe, expect, it } from 'vitest'
import { type DashboardView, dashboardPage } from './dashboard.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}
const ada: DashboardView = {
  frame,
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  memberSince: new Date('2029-12-10T08:00:00Z'),
  session: {
    startedAt: new Date('2030-01-01T10:00:00Z'),
    idleEndsAt: new Date('2030-01-01T10:30:00Z'),
    endsAt: new Date('2030-01-01T22:00:00Z'),
    idleLimitMs: 30 * 60_000,
  },
  csrfToken: 'token"<',
  notice: undefined,
  warned: false,
  failures: undefined,
}
const page = (view: Partial<DashboardView> = {}) => dashboardPage({ ...ada, ...view })

describe('dashboard', () => {
  it('leads to what happened when a session was ended for safety', () => {
    expect(page({ warned: true })).toContain('<a href="/account/sessions">See what happened</a>')
    expect(page()).not.toContain('See what happened')
  })

  it.each([
    [{ count: 1, isMore: false }, '1 failed attempt to sign in since your last sign-in'],
    [{ count: 3, isMore: false }, '3 failed attempts to sign in'],
    [{ count: 200, isMore: true }, '200 or more failed attempts to sign in'],
  ])('tells of failed attempts: %j', (told, text) => {
    const html = page({ failures: { ...told, since: undefined, knewPassword: false } })
    expect(html).toContain(text)
    expect(html).toContain('<a href="/account/activity">See recent activity</a>')
    expect(page()).not.toContain('failed attempt')
  })

  it('says since when, and to change a password that somebody knows', () => {
    const since = new Date('2029-12-31T08:00:00Z')
    const html = page({ failures: { count: 2, isMore: false, since, knewPassword: true } })
    expect(html).toContain('datetime="2029-12-31T08:00:00.000Z"')
    expect(html).toContain('<a href="/password/change">Change your password</a>')
    expect(html).toContain('In one of them the password was right')
    expect(html).not.toContain('your password has held')
    const once = page({ failures: { count: 1, isMore: false, since, knewPassword: true } })
    expect(once).toContain('The password was right')
  })

  it('greets the person by name', () => {
    expect(page()).toContain('<h1>Welcome, Ada Lovelace!</h1>')
  })

  it('shows a hostile name and address as text wherever they stand', () => {
    const html = page({ name: '<img src=x onerror=alert(1)>', email: '<i>@x' })
    expect(html).toContain('Welcome, &lt;img src=x onerror=alert(1)&gt;!')
    expect(html).not.toMatch(/<img|<i>/)
  })

  it('keeps a name in another direction from turning its surroundings around', () => {
    expect(page({ name: 'עדה' })).toContain('<bdi class="person-name">עדה</bdi>')
  })

  it('sets a long name smaller', () => {
    expect(page({ name: 'x'.repeat(200) })).toContain('<h1 class="long">')
  })

  it.each([
    ['élodie', 'É'],
    ['  ada', 'A'],
    ['👩‍🚀 Sally', '👩‍🚀'],
    ['', ''],
  ])('takes the first letter of "%s" as its reader sees it', (name, initial) => {
    expect(page({ name })).toContain(`<span class="niche" aria-hidden="true">${initial}</span>`)
  })

  it('says when the session began and when it will end', () => {
    const html = page()
    expect(html).toContain('datetime="2030-01-01T10:00:00.000Z"')
    expect(html).toContain('<dt>Ends after 30 minutes without activity</dt>')
    expect(html).toContain('datetime="2030-01-01T10:30:00.000Z"')
    expect(html).toContain('datetime="2030-01-01T22:00:00.000Z"')
  })

  it('signs out by a post that proves it came from this page', () => {
    expect(page()).toContain(
      '<form method="post" action="/logout">\n<input type="hidden" name="csrf_token" value="token&quot;&lt;">',
    )
  })
})
