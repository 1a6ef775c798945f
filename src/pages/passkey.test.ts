import { describe, expect, it } from 'vitest'
import { type PasskeyView, passkeyPage } from './passkey.ts'

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

const blank = {
  frame,
  passkey,
  recent: true,
  removable: true,
  offers: ['totp', 'recovery_code', 'passkey'],
  problems: [],
  csrfToken: 'token',
} as const

const page = (view: Partial<PasskeyView> = {}) => passkeyPage({ ...blank, ...view })

describe('the page of a passkey', () => {
  it('shows its name as text, wherever it stands', () => {
    const html = page({ passkey: { ...passkey, name: '"><script>alert(1)</script>' } })
    const escaped = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'
    expect(html).toContain(`<bdi>${escaped}</bdi></h1>`)
    expect(html).toContain(`name="name" type="text" value="${escaped}"`)
    expect(html).not.toContain('<script>')
  })

  it('says where it is kept, and when it was used', () => {
    expect(page()).toContain('Synced: your other devices have it too')
    expect(page()).toContain('Not used yet')
    const html = page({ passkey: { ...passkey, synced: false, usedAt: moment } })
    expect(html).toContain('On one device')
    expect(html).not.toContain('Not used yet')
  })

  it('renames and removes it by its id', () => {
    const html = page()
    expect(html).toContain('action="/account/security/passkeys/rename"')
    expect(html.match(/action="\/account\/security\/passkeys\/remove"/g)).toHaveLength(2)
    expect(html.match(/name="id" value="pk_one"/g)).toHaveLength(3)
    expect(html.match(/name="csrf_token" value="token"/g)).toHaveLength(3)
  })

  it('asks for what there is to confirm a removal with', () => {
    const label = (offers: PasskeyView['offers']) =>
      page({ offers }).match(/<label for="code">([^<]*)/)?.[1]
    expect(label(['totp', 'recovery_code'])).toBe('Code of your app, or a recovery code')
    expect(label(['totp'])).toBe('Code of your app')
    expect(label(['recovery_code'])).toBe('Recovery code')
    expect(label(['passkey'])).toBeUndefined()
    expect(page({ offers: ['passkey'] })).toContain('data-otherwise')
    expect(page({ offers: ['totp'] })).not.toContain('data-passkey')
  })

  it('keeps the last one where one is required, and says why', () => {
    const html = page({ removable: false })
    expect(html).toContain('it cannot be removed')
    expect(html).toContain('passkeys/rename')
    expect(html).not.toContain('passkeys/remove')
  })

  it('changes nothing before it was confirmed who asks', () => {
    const html = page({ recent: false })
    expect(html).not.toContain('<form')
    expect(html).toContain('href="/confirm?next=%2Faccount%2Fsecurity%2Fpasskeys%2Fpk_one"')
  })
})
