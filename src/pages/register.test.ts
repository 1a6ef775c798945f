import { describe, expect, it } from 'vitest'
import { type RegisterView, registerPage } from './register.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}
const blank = {
  frame,
  email: '',
  fullName: '',
  next: undefined,
  problems: [],
  passwordRules: ['At least 12 characters.', 'Not "password".'],
  passwordMinLength: 12,
}
const page = (view: Partial<RegisterView> = {}) => registerPage({ ...blank, ...view })
const inputOf = (html: string, name: string) =>
  html.match(new RegExp(`<input[^>]* name="${name}"[^>]*>`))?.[0] ?? ''

describe('registration page', () => {
  it('tells password managers what to fill in, what to make up and what to keep', () => {
    expect(inputOf(page(), 'full_name')).toContain('autocomplete="name"')
    expect(inputOf(page(), 'email')).toContain('autocomplete="username"')
    expect(inputOf(page(), 'password')).toContain('autocomplete="new-password"')
    expect(inputOf(page(), 'password')).toContain('passwordrules="minlength: 12;')
  })

  it('shows the password rules before anything is typed, and ties them to the field', () => {
    expect(page()).toContain(
      '<ul class="rules" id="password-rules"><li>At least 12 characters.</li><li>Not &quot;password&quot;.</li></ul>',
    )
    expect(inputOf(page(), 'password')).toContain('aria-describedby="password-rules"')
  })

  it('has a meter for the new password, hidden until a script can move it', () => {
    expect(page()).toContain(
      '<div class="strength" data-strength="password" data-check="/password/check" hidden>',
    )
  })

  it('keeps name and address after a refusal, escaped, and never the password', () => {
    const html = page({ fullName: `"O'Hara" <o@x>`, email: 'a"@b' })
    expect(inputOf(html, 'full_name')).toContain('value="&quot;O&#39;Hara&quot; &lt;o@x&gt;"')
    expect(inputOf(html, 'email')).toContain('value="a&quot;@b"')
    expect(inputOf(html, 'password')).not.toContain('value=')
  })

  it('carries the next page through the form and back to the sign-in', () => {
    const html = page({ next: '/reports' })
    expect(html).toContain('<input type="hidden" name="next" value="/reports">')
    expect(html).toContain('href="/login?next=%2Freports"')
  })
})

describe('problems in a form', () => {
  const problems = [
    { field: 'email', message: 'Enter an <e-mail> address.' },
    { field: 'password', message: 'Too short.' },
    { field: 'password', message: 'Too easy to guess.' },
    { field: 'captcha', message: 'Not a field of this form.' },
  ]
  const html = page({ problems })

  it('begin the title, so that they are the first thing read aloud', () => {
    expect(html).toContain('<title>Error: Create account · Harbour</title>')
    expect(page()).toContain('<title>Create account · Harbour</title>')
  })

  it('are summed up in an alert that takes the focus', () => {
    expect(html).toContain('<div class="summary" role="alert" tabindex="-1" autofocus>')
    expect(page()).not.toContain('role="alert"')
  })

  it('lead from the summary to their fields', () => {
    expect(html).toContain('<a href="#email">Enter an &lt;e-mail&gt; address.</a>')
    expect(html).toContain('<a href="#password">Too easy to guess.</a>')
  })

  it('stand in the order of the fields, what concerns the whole form first', () => {
    const summary = page({ problems: problems.toReversed() }).split('role="alert"')[1] ?? ''
    const lines = [...summary.matchAll(/<li>(?:<a href="#(\w+)">)?/g)].map(([, field]) => field)
    expect(lines.slice(0, 4)).toEqual([undefined, 'email', 'password', 'password'])
  })

  it('never lead to a field that is not there', () => {
    expect(html).toContain('<li>Not a field of this form.</li>')
  })

  it('mark and describe each field they concern, and no other', () => {
    expect(inputOf(html, 'email')).toContain('aria-invalid="true" aria-describedby="email-error"')
    expect(inputOf(html, 'password')).toContain('aria-describedby="password-rules password-error"')
    expect(inputOf(html, 'full_name')).not.toContain('aria-')
  })

  it('stand at their field too, all of them', () => {
    const atPassword = html.split('id="password-error">')[1]?.split('</div>')[0]
    expect(atPassword).toContain('Too short.</p>')
    expect(atPassword).toContain('Too easy to guess.</p>')
  })
})
