import { describe, expect, it } from 'vitest'
import { type SecurityView, securityPage } from './security.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}
const moment = new Date('2030-01-01T10:00:00Z')

const passkey = {
  id: 'pk_one',
  name: 'Telephone',
  createdAt: moment,
  usedAt: undefined,
  synced: true,
}

const device = {
  id: 'td_one',
  device: 'Firefox on Linux',
  address: '192.0.2.1',
  current: false,
  createdAt: moment,
  seenAt: moment,
  expiresAt: new Date('2030-01-31T10:00:00Z'),
}

const app = { state: 'in_use', since: moment } as const

const blank = {
  frame,
  password: { changedAt: moment },
  app: { state: 'none' },
  recoveryCodes: undefined,
  passkeys: [],
  devices: [],
  recent: true,
  required: false,
  notice: undefined,
  problems: [],
  csrfToken: 'token',
} as const

const page = (view: Partial<SecurityView> = {}) => securityPage({ ...blank, ...view })

/** What the card of this id says, without markup. */
function cardOf(html: string, id: string): string {
  const [card = ''] = html.match(new RegExp(`<section[^>]*"${id}".*?</section>`, 's')) ?? []
  return card.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
}

describe('the security page', () => {
  it('says at a glance how each thing stands', () => {
    expect(cardOf(page(), 'password')).toContain('Password On Last changed on 1 January 2030')
    expect(cardOf(page({ password: undefined }), 'password')).toContain('Off')
    expect(cardOf(page(), 'app')).toContain('Off Not set up')
    expect(cardOf(page({ app }), 'app')).toContain('On Signing in takes a code')
    const disabled = cardOf(page({ app: { state: 'disabled', since: moment } }), 'app')
    expect(disabled).toContain('Needs attention Its codes are not accepted any more')
    expect(disabled).toContain('Stopped on 1 January 2030')
    expect(cardOf(page(), 'passkeys')).toContain('Off None yet.')
    expect(cardOf(page({ passkeys: [passkey] }), 'passkeys')).toContain('On Telephone Synced')
  })

  it('offers what can be set up, and removes an app for a code', () => {
    expect(page()).toContain('action="/account/security/app"')
    expect(page()).not.toContain('name="code"')
    expect(page({ app })).toContain('action="/account/security/app/remove"')
    expect(page({ app })).toContain('Code of the app, or a recovery code</label>')
    expect(page()).toContain(
      'action="/account/security/passkeys" data-passkey="create" data-options="/passkeys/options"',
    )
  })

  it('warns when recovery codes run out, and when there are none', () => {
    const codes = (left: number) =>
      cardOf(page({ app, recoveryCodes: { left, madeAt: moment } }), 'codes')
    expect(codes(4)).toContain('On 4 codes are left.')
    expect(codes(3)).toContain('Needs attention 3 codes are left.')
    expect(codes(1)).toContain('1 code is left.')
    expect(codes(0)).toContain('No code is left.')
    expect(cardOf(page({ app }), 'codes')).toContain('Needs attention You have none')
    expect(cardOf(page({ app }), 'codes')).toContain('Make recovery codes')
    expect(cardOf(page(), 'codes')).toMatch(/Off You get these .* lose your phone. $/)
  })

  it('says how many recovery codes are left to who has just used one', () => {
    const recoveryCodes = { left: 9, madeAt: moment }
    const html = page({ app, recoveryCodes, notice: 'recovery_code_used' })
    expect(html).toMatch(/role="status">[^<]*It cannot be used again\. 9 codes are left\.</)
  })

  it('shows names that people and browsers give as text', () => {
    const html = page({
      passkeys: [{ ...passkey, name: '<b>"mine"</b>' }],
      devices: [{ ...device, device: '<i>x</i>', address: '"><u>' }],
    })
    expect(html).toContain('<h3 id="passkey-pk_one"><bdi>&lt;b&gt;&quot;mine&quot;&lt;/b&gt;</bdi>')
    expect(html).toContain('<h3 id="device-td_one">&lt;i&gt;x&lt;/i&gt;</h3>')
    expect(html).not.toMatch(/<b>|<i>|<u>/)
  })

  it('leads to each passkey, by a link that is named after it', () => {
    const html = page({ passkeys: [passkey, { ...passkey, id: 'pk_two', usedAt: moment }] })
    expect(html).toContain(
      'href="/account/security/passkeys/pk_two" id="manage-pk_two" aria-labelledby="manage-pk_two passkey-pk_two"',
    )
    expect(html.match(/Not used yet/g)).toHaveLength(1)
  })

  it('tells of trusted devices only where there are any, and removes each by its id', () => {
    expect(page()).not.toContain('Trusted devices')
    const html = page({ devices: [device, { ...device, id: 'td_own', current: true }] })
    expect(html).toContain('No code of the app is asked for there.')
    expect(html.match(/this one/g)).toHaveLength(1)
    expect(html.match(/action="\/account\/security\/devices\/remove"/g)).toHaveLength(2)
    expect(html).toContain('name="id" value="td_own"')
    expect(html).toContain('aria-labelledby="remove-td_own device-td_own"')
  })

  it('changes nothing before it was confirmed who asks', () => {
    const html = page({ app, passkeys: [passkey], devices: [device], recent: false })
    expect(html).not.toMatch(/<form|<button|<input/)
    expect(html).toContain('href="/confirm?next=%2Faccount%2Fsecurity"')
    expect(page()).not.toContain('/confirm?')
  })

  it('does not remove the last factor where one is required', () => {
    const only = page({ app, required: true })
    expect(only).toContain('it cannot be removed')
    expect(only).not.toContain('app/remove')
    expect(page({ passkeys: [passkey], required: true })).toContain('it cannot be removed')
    const both = page({ app, passkeys: [passkey], required: true })
    expect(both).not.toContain('it cannot be removed')
    expect(both).toContain('app/remove')
    expect(page({ app })).toContain('app/remove')
  })
})
