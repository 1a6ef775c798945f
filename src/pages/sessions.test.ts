import { describe, expect, it } from 'vitest'
import { type ListedSession, type SessionsView, sessionsPage } from './sessions.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}
const moment = new Date('2030-01-01T10:00:00Z')

function listed(given: Partial<ListedSession> = {}): ListedSession {
  return {
    id: 'sn_other',
    current: false,
    device: 'Firefox on Linux',
    address: '192.0.2.1',
    how: 'by password',
    startedAt: moment,
    seenAt: moment,
    ...given,
  }
}

const own = listed({ id: 'sn_own', current: true })

function page(view: Partial<SessionsView> = {}): string {
  const all = {
    frame,
    complete: true,
    endedForReuse: [],
    notice: undefined,
    csrfToken: 'token',
  }
  return sessionsPage({ ...all, sessions: [own, listed()], ...view })
}

describe('sessions page', () => {
  it('tells of a session that was ended because an old token was presented, until it was seen', () => {
    const ended = { id: 'x', device: '<b>curl</b>', address: '192.0.2.7', at: moment }
    const html = page({ endedForReuse: [ended] })
    expect(html).toContain('A sign-in was ended for your safety')
    expect(html).toContain('&lt;b&gt;curl&lt;/b&gt; (<bdi>192.0.2.7</bdi>)')
    expect(html).toContain('name="seen" value="x"')
    expect(page()).not.toContain('for your safety')
  })

  it('ends any session but the one that is asking', () => {
    expect(page()).toContain('name="end" value="sn_other"')
    expect(page()).not.toContain('value="sn_own"')
    expect(page()).toContain('name="end" value="others"')
  })

  it('has nothing to end when there is no other session', () => {
    const html = page({ sessions: [own] })
    expect(html).toContain('Only here.')
    expect(html).not.toContain('name="end"')
  })

  it('says that there may be others where they are not known, and ends them', () => {
    const html = page({ sessions: [own], complete: false })
    expect(html).not.toContain('Only here.')
    expect(html).toContain('only this one is shown')
    expect(html).toContain('name="end" value="others"')
  })

  it('names each button by its session, and shows what a client claims as text', () => {
    const html = page({ sessions: [own, listed({ device: '<b>x</b>', address: '"><i>' })] })
    expect(html).toContain('<h2 id="session-sn_other">&lt;b&gt;x&lt;/b&gt;</h2>')
    expect(html).toContain('id="end-sn_other" aria-labelledby="end-sn_other session-sn_other"')
    expect(html).not.toMatch(/<b>x|<i>/)
  })

  it('says nothing of an address that is not known', () => {
    const html = page({ sessions: [listed({ address: '' })] })
    expect(html).toContain('Signed in by password, <time')
  })
})
