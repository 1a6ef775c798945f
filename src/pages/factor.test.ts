import { describe, expect, it } from 'vitest'
import { type FactorView, factorPage } from './factor.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}

const blank = {
  frame,
  proved: 'password',
  offers: ['totp', 'recovery_code'],
  asked: 'totp',
  next: undefined,
  trustFor: undefined,
  problems: [],
} as const

const page = (view: Partial<FactorView> = {}) => factorPage({ ...blank, ...view })

describe('the second step of a sign-in', () => {
  it('asks for a code as phones can fill it in, and offers the other way', () => {
    expect(page()).toContain('autocomplete="one-time-code" inputmode="numeric"')
    expect(page()).toContain('href="/login/factor?with=recovery_code"')
    const other = page({ asked: 'recovery_code', next: '/account/sessions?a=b&c' })
    expect(other).toContain(
      'href="/login/factor?with=totp&amp;next=%2Faccount%2Fsessions%3Fa%3Db%26c"',
    )
  })

  it('offers nothing that the account has not', () => {
    expect(page({ offers: ['totp'] })).not.toContain('recovery_code')
    expect(page({ offers: ['totp'] })).not.toContain('data-passkey')
    expect(page({ offers: ['recovery_code'], asked: 'recovery_code' })).not.toContain('with=totp')
  })

  it('takes a passkey first where there is one, and keeps where to go', () => {
    const html = page({ offers: ['passkey', 'totp'], next: '/a"b' })
    const [form = ''] = html.match(/<form class="passkey".*?<\/form>/s) ?? []
    expect(form).toContain(
      'action="/login/factor" data-passkey="get" data-options="/login/factor/options" hidden',
    )
    expect(form).toContain('name="next" value="/a&quot;b"')
    expect(form).toContain('name="credential"')
    expect(html.indexOf('data-passkey')).toBeLessThan(html.indexOf('name="code"'))
  })

  it('says what is missing where only a passkey will do and the browser can use none', () => {
    const html = page({ offers: ['passkey'], asked: undefined })
    expect(html).toContain('data-otherwise>Your passkey is needed')
    expect(html).not.toContain('type="text"')
  })

  it('asks for the password of who began with a passkey', () => {
    const html = page({ proved: 'passkey', offers: ['password'], asked: 'password' })
    expect(html).toContain('Your passkey was accepted. Your password is needed as well.')
    expect(html).toContain('name="password" type="password" required')
  })

  it('offers to trust a device to who enters a code of the app, and to nobody else', () => {
    const trusting = 'name="trust_device" type="checkbox" value="yes"'
    expect(page({ trustFor: '30 days' })).toContain(trusting)
    expect(page({ trustFor: '30 days' })).toContain('on this device for 30 days</label>')
    expect(page()).not.toContain('trust_device')
    expect(page({ trustFor: '30 days', asked: 'recovery_code' })).not.toContain('trust_device')
  })

  it('says so where nothing is left to be given, and asks for nothing', () => {
    const html = page({ offers: [], asked: undefined })
    expect(html).toContain('no recovery code is left')
    expect(html).not.toContain('<form')
    const other = page({ offers: [], asked: undefined, proved: 'passkey' })
    expect(other).toContain('Your passkey was accepted. But')
    expect(other).not.toContain('<form')
  })

  it('never shows again what was typed', () => {
    const problems = [{ field: 'code', message: 'That code was not accepted.' }]
    expect(page({ problems })).toContain('<input id="code" name="code" type="text" value=""')
  })
})
