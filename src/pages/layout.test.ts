import { describe, expect, it } from 'vitest'
import { activityPage } from './activity.ts'
import { assets, assetUrls } from './assets.ts'
import { confirmPage } from './confirm.ts'
import { dashboardPage } from './dashboard.ts'
import { enrolmentPage } from './enrolment.ts'
import { factorPage } from './factor.ts'
import { loginPage } from './login.ts'
import { passkeyPage } from './passkey.ts'
import { passwordChangePage } from './password-change.ts'
import { problemPage } from './problem.ts'
import { recoveryCodesPage } from './recovery-codes.ts'
import { registerPage } from './register.ts'
import { requiredPage } from './required.ts'
import { securityPage } from './security.ts'
import { sessionsPage } from './sessions.ts'

const frame = { serviceName: 'Harbour & <Sons>', ...assetUrls }
const moment = new Date('2030-01-01T10:00:00Z')
const problems = [{ field: 'password', message: 'Too short.' }]

const passkey = {
  id: 'pk_one',
  name: 'Telephone',
  createdAt: moment,
  usedAt: undefined,
  synced: true,
}

const enrolment = {
  frame,
  id: 'totp_one',
  action: '/account/security/app/confirm',
  qr: { size: 33, path: 'M4 4h1v1h-1z' },
  uri: 'otpauth://totp/Harbour:ada%40example.com?secret=ABCD&issuer=Harbour',
  typed: 'ABCD EFGH',
  back: { href: '/account/security', text: 'Not now' },
  problems: [],
}

const pages = {
  factor: factorPage({
    frame,
    proved: 'password',
    offers: ['passkey', 'totp', 'recovery_code'],
    asked: 'totp',
    next: '/account/sessions',
    trustFor: '30 days',
    problems: [{ field: 'code', message: 'Wrong.' }],
  }),
  'factor, closed': factorPage({
    frame,
    proved: 'passkey',
    offers: [],
    asked: undefined,
    next: undefined,
    trustFor: undefined,
    problems: [],
  }),
  confirmation: confirmPage({
    frame,
    email: 'ada@example.com',
    offers: ['passkey', 'password'],
    asked: 'password',
    next: '/account/security',
    step: 'first',
    problems,
    csrfToken: 'token',
  }),
  'confirmation, by passkey only': confirmPage({
    frame,
    email: 'ada@example.com',
    offers: ['passkey'],
    asked: undefined,
    next: undefined,
    step: 'second',
    problems: [],
    csrfToken: 'token',
  }),
  required: requiredPage({ frame, problems: [{ field: undefined, message: 'Not accepted.' }] }),
  enrolment: enrolmentPage({ ...enrolment, csrfToken: 'token' }),
  'enrolment, on the way in': enrolmentPage({ ...enrolment, csrfToken: undefined }),
  codes: recoveryCodesPage({
    frame,
    codes: ['zpbj-xc89-cyfm-ja85'],
    after: 'enrolment',
    onward: '/account/security',
  }),
  security: securityPage({
    frame,
    password: { changedAt: moment },
    app: { state: 'in_use', since: moment },
    recoveryCodes: { left: 2, madeAt: moment },
    passkeys: [passkey, { ...passkey, id: 'pk_two' }],
    devices: [
      {
        id: 'td_one',
        device: 'Firefox on Linux',
        address: '192.0.2.1',
        current: true,
        createdAt: moment,
        seenAt: moment,
        expiresAt: moment,
      },
    ],
    recent: true,
    required: false,
    notice: 'recovery_code_used',
    problems: [{ field: 'code', message: 'Wrong.' }],
    csrfToken: 'token',
  }),
  passkey: passkeyPage({
    frame,
    passkey,
    recent: true,
    removable: true,
    offers: ['totp', 'recovery_code', 'passkey'],
    problems: [{ field: 'name', message: 'Too long.' }],
    csrfToken: 'token',
  }),
  login: loginPage({ frame, email: '', next: undefined, problems: [], notice: 'registered' }),
  register: registerPage({
    frame,
    email: '',
    fullName: '',
    next: '/',
    problems,
    passwordRules: ['At least 12 characters.'],
    passwordMinLength: 12,
  }),
  dashboard: dashboardPage({
    frame,
    name: 'A name of more than thirty-two letters',
    email: 'ada@example.com',
    memberSince: moment,
    session: { startedAt: moment, idleEndsAt: moment, endsAt: moment, idleLimitMs: 60_000 },
    csrfToken: 'token',
    notice: undefined,
    warned: true,
    failures: { count: 3, isMore: false, since: moment, knewPassword: false },
  }),
  activity: activityPage({
    frame,
    events: [
      {
        at: moment,
        what: 'Authenticator app disabled',
        more: 'Wrong codes',
        look: 'alarm',
        device: 'Firefox on Linux',
        address: '192.0.2.1',
      },
    ],
    older: '/account/activity?before=7',
    isNewest: false,
  }),
  sessions: sessionsPage({
    frame,
    sessions: [
      {
        id: 'sn_one',
        current: true,
        device: 'Firefox on Linux',
        address: '192.0.2.1',
        how: 'by password',
        startedAt: moment,
        seenAt: moment,
      },
    ],
    complete: true,
    endedForReuse: [{ id: 'one', device: 'curl', address: '192.0.2.7', at: moment }],
    notice: 'ended',
    csrfToken: 'token',
  }),
  'password change': passwordChangePage({
    frame,
    email: 'ada@example.com',
    problems: [],
    passwordRules: ['At least 12 characters.'],
    passwordMinLength: 12,
    csrfToken: 'token',
  }),
  problem: problemPage({
    frame,
    status: 503,
    title: 'Too busy',
    detail: 'Please try again.',
    requestId: 'request',
    home: true,
  }),
}

describe.each(Object.entries(pages))('every page, like %s,', (_, page) => {
  it('is a complete document in English with the name of the service, escaped', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page).toMatch(/<title>[^<]+ · Harbour &amp; &lt;Sons&gt;<\/title>/)
  })

  it('has one main heading and one of each landmark', () => {
    for (const tag of ['h1', 'header', 'main', 'footer']) {
      expect(page.match(new RegExp(`<${tag}[ >]`, 'g'))).toHaveLength(1)
    }
  })

  it('satisfies the strict content security policy: no inline style, script or handler', () => {
    expect(page).not.toMatch(/\sstyle=|<style|\son[a-z]+=|javascript:|data:/i)
    const scripts = [frame.script, ...(page.includes('data-passkey') ? [frame.passkeyScript] : [])]
    expect(page.match(/<script[^>]*>[^<]*/g)).toEqual(
      scripts.map((script) => `<script src="${script}" defer>`),
    )
  })

  it('hides every form for a passkey until the script has found that it can be of use', () => {
    for (const [form] of page.matchAll(/<form[^>]*data-passkey[^>]*>/g)) {
      expect(form).toMatch(/ hidden>$/)
    }
  })

  it('gives each id once, and points only to ids that exist', () => {
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)

    const references = page.matchAll(
      /(?:for|aria-describedby|aria-controls|aria-labelledby|href)="(#?[^"]*)"/g,
    )
    const targets = [...references]
      .filter(([text]) => !text.startsWith('href') || text.includes('"#'))
      .flatMap(([, value = '']) => value.replace('#', '').split(' '))
    expect(ids).toEqual(expect.arrayContaining(targets))
  })

  it('quotes every attribute value, without which escaping would protect nothing', () => {
    const emptied = page.replaceAll(/"[^"]*"/g, '""')
    expect(emptied).not.toMatch(/<[a-z][^>]*=[^"]/)
  })
})

describe('the footer', () => {
  it('says what guards a service that has a name of its own, and does not repeat ours', () => {
    const named = (serviceName: string) =>
      loginPage({
        frame: { ...frame, serviceName },
        email: '',
        next: undefined,
        problems: [],
        notice: undefined,
      })
    expect(named('Harbour')).toContain('Guarded by Sallyport</p></footer>')
    expect(named('Sallyport')).not.toContain('<footer')
  })
})

describe('the stylesheet', () => {
  const commented = assets.find(({ path }) => path.endsWith('.css'))?.body ?? ''
  const css = commented.replaceAll(/\/\*.*?\*\//gs, '')
  const styled = [...css.matchAll(/\.([a-z][a-z-]*)/g)].map(([, name = '']) => name)
  const markup = Object.values(pages).join('')
  const used = [...markup.matchAll(/\sclass="([^"]*)"/g)].flatMap(([, names = '']) =>
    names.split(' '),
  )

  it('has no rule for a class that no page uses', () => {
    expect([...new Set(styled)].filter((name) => !used.includes(name))).toEqual([])
  })

  it('gives the wall the colour in which browsers paint their frame, by day and by night', () => {
    const walls = [...css.matchAll(/--wall: (#[0-9a-f]{6})/g)].map(([, colour]) => colour)
    const frames = [...pages.login.matchAll(/name="theme-color" content="([^"]*)"/g)]
    expect(frames.map(([, colour]) => colour)).toEqual(walls)
  })

  it('defines every token that pages and rules use', () => {
    const tokens = [...`${css}${markup}`.matchAll(/var\((--[a-z0-9-]+)/g)].map(([, name]) => name)
    const missing = [...new Set(tokens)].filter((name) => !css.includes(`${name}:`))
    expect(missing).toEqual([])
  })
})
