import { describe, expect, it } from 'vitest'
import { type LoginView, loginPage } from './login.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}
const blank = { frame, email: '', next: undefined, problems: [], notice: undefined }
const page = (view: Partial<LoginView> = {}) => loginPage({ ...blank, ...view })
const inputOf = (html: string, name: string) =>
  html.match(new RegExp(`<input[^>]* name="${name}"[^>]*>`))?.[0] ?? ''

describe('login page', () => {
  it('tells password managers which field is which', () => {
    expect(inputOf(page(), 'email')).toContain(
      'type="email" value="" required autocomplete="username webauthn"',
    )
    expect(inputOf(page(), 'password')).toContain('required autocomplete="current-password"')
  })

  it('keeps the e-mail address after a refusal, escaped', () => {
    expect(inputOf(page({ email: '"><script>alert(1)</script>' }), 'email')).toContain(
      'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"',
    )
  })

  it('has no attribute in which a password could be sent back', () => {
    expect(inputOf(page(), 'password')).not.toContain('value=')
  })

  it('carries the next page through the form and to the registration', () => {
    const html = page({ next: '/a?b="c"&d' })
    expect(html).toContain('<input type="hidden" name="next" value="/a?b=&quot;c&quot;&amp;d">')
    expect(html).toContain('href="/register?next=%2Fa%3Fb%3D%22c%22%26d"')
  })

  it('names no next page when there is none', () => {
    expect(page()).not.toContain('name="next"')
    expect(page()).toContain('href="/register"')
  })

  it('survives a next page that is not well-formed text', () => {
    expect(page({ next: '/\ud800' })).toContain('href="/register?next=%2F%EF%BF%BD"')
  })

  it('shows a refusal that blames no field as text, and marks no field', () => {
    const html = page({ problems: [{ field: undefined, message: 'Wrong <address> or password.' }] })
    expect(html).toContain('<li>Wrong &lt;address&gt; or password.</li>')
    expect(html).not.toContain('aria-invalid')
  })

  it('offers a passkey, also in the list at the e-mail address, once the script has shown it', () => {
    const [form = ''] = page({ next: '/a?b' }).match(/<form class="passkey".*?<\/form>/s) ?? []
    expect(form).toContain('action="/login/passkey" data-passkey="get"')
    expect(form).toContain('data-options="/login/passkey/options" data-autofill hidden>')
    expect(form).toContain('name="next" value="/a?b"')
  })

  it('welcomes somebody who has just registered', () => {
    expect(page({ notice: 'registered' })).toContain('role="status">Your account is ready.')
    expect(page()).not.toContain('Your account is ready.')
  })
})
