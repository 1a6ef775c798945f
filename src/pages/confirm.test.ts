import { describe, expect, it } from 'vitest'
import { type ConfirmView, confirmPage } from './confirm.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}

const blank = {
  frame,
  email: 'ada@example.com',
  offers: ['password'],
  asked: 'password',
  next: undefined,
  step: 'first',
  problems: [],
  csrfToken: 'token',
} as const

const page = (view: Partial<ConfirmView> = {}) => confirmPage({ ...blank, ...view })

describe('the page to confirm that it is you', () => {
  it('says why it asks, and tells password managers whose password it is', () => {
    const html = page({ email: '"><b>@example.com' })
    expect(html).toContain('What you are about to do is protected')
    expect(html).toContain('name="username" value="&quot;&gt;&lt;b&gt;@example.com"')
    expect(html).toContain('name="password" type="password" required autocomplete="current-pass')
  })

  it('asks for what it is told to ask for, and leads to the other ways, keeping where to go', () => {
    const offers = ['passkey', 'password', 'totp', 'recovery_code'] as const
    const html = page({ offers, asked: 'totp', next: '/account/security?a=b' })
    expect(html).toContain('name="code"')
    expect(html).not.toContain('name="password"')
    for (const other of ['password', 'recovery_code']) {
      const query = `with=${other}&amp;next=%2Faccount%2Fsecurity%3Fa%3Db`
      expect(html).toContain(`href="/confirm?${query}"`)
    }
    expect(html).not.toMatch(/with=(totp|passkey)/)
    expect(html.match(/name="next" value="\/account\/security\?a=b"/g)).toHaveLength(2)
  })

  it('takes a passkey first where there is one', () => {
    const html = page({ offers: ['passkey', 'password'] })
    expect(html).toContain('data-passkey="get" data-options="/confirm/options" hidden>')
    expect(html.indexOf('data-passkey')).toBeLessThan(html.indexOf('name="password"'))
    expect(page()).not.toContain('data-passkey')
  })

  it('says what is missing where only a passkey will do and the browser can use none', () => {
    const html = page({ offers: ['passkey'], asked: undefined })
    expect(html).toContain('data-otherwise>Your passkey is needed')
    expect(html).not.toContain('class="field"')
  })

  it('says that one more thing is needed when it is', () => {
    expect(page({ step: 'second', offers: ['totp'], asked: 'totp' })).toContain('That was right.')
  })

  it('is closed where nothing is left to be shown', () => {
    expect(page({ offers: [], asked: undefined })).not.toContain('<form')
  })
})
