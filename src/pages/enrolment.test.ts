import { describe, expect, it } from 'vitest'
import { type EnrolmentView, enrolmentPage } from './enrolment.ts'
import { recoveryCodesPage } from './recovery-codes.ts'
import { requiredPage } from './required.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}

const blank = {
  frame,
  id: 'totp_one',
  action: '/account/security/app/confirm',
  qr: { size: 33, path: 'M4 4h1v1h-1z' },
  uri: 'otpauth://totp/Harbour:ada%40example.com?secret=ABCD&issuer=Harbour',
  typed: 'ABCD EFGH',
  back: { href: '/account/security', text: 'Not now' },
  problems: [],
  csrfToken: 'token',
}

const page = (view: Partial<EnrolmentView> = {}) => enrolmentPage({ ...blank, ...view })

describe('the set-up of an authenticator app', () => {
  it('leads through three steps, and says so', () => {
    const steps = [...page().matchAll(/>(Step \d of 3)</g)].map(([, step]) => step)
    expect(steps).toEqual(['Step 1 of 3', 'Step 2 of 3', 'Step 3 of 3'])
  })

  it('gives the secret as a picture, as a link for the phone itself, and to be typed', () => {
    expect(page()).toContain('role="img"')
    expect(page()).toContain(
      'href="otpauth://totp/Harbour:ada%40example.com?secret=ABCD&amp;issuer',
    )
    expect(page()).toContain('<code>ABCD EFGH</code>')
  })

  it('sends the code to where it is told, with the token of a session where there is one', () => {
    expect(page()).toContain('name="csrf_token" value="token"')
    const html = page({
      action: '/login/enrolment/app/confirm',
      back: { href: '/login/enrolment', text: 'Choose another way' },
      csrfToken: undefined,
    })
    expect(html).toContain('action="/login/enrolment/app/confirm"')
    expect(html).toContain('<a href="/login/enrolment">Choose another way</a>')
    expect(html).not.toContain('csrf_token')
    expect(html).toContain('name="id" value="totp_one"')
  })
})

describe('the page for who must have a second factor', () => {
  it('offers an app, and a passkey once the script has found that there can be one', () => {
    const html = requiredPage({ frame, problems: [] })
    expect(html).toContain('method="post" action="/login/enrolment/app"')
    expect(html).toContain(
      'action="/login/enrolment/passkey" data-passkey="create" data-options="/login/enrolment/passkey/options" hidden>',
    )
    expect(html).toContain('data-otherwise>This browser cannot make a passkey here.')
    expect(html).not.toContain('csrf_token')
  })
})

describe('the recovery codes', () => {
  it('lead on to where they are told, and are kept by buttons that the script shows', () => {
    const codes = ['zpbj-xc89-cyfm-ja85']
    const html = recoveryCodesPage({ frame, codes, after: 'passkey', onward: '/a?b&c' })
    expect(html).toContain('Your passkey is added')
    expect(html).toContain('href="/a?b&amp;c">I have kept them</a>')
    expect(html).toMatch(/data-keep hidden>.*data-copy>.*data-download>.*data-print>/s)
  })
})
