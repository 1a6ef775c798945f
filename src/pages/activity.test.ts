import { describe, expect, it } from 'vitest'
import { type ActivityView, activityPage, type ListedEvent } from './activity.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}

function event(given: Partial<ListedEvent> = {}): ListedEvent {
  return {
    at: new Date('2030-01-01T10:00:00Z'),
    what: 'Signed in',
    more: 'By password',
    look: 'done',
    device: 'Firefox on Linux',
    address: '192.0.2.1',
    ...given,
  }
}

function page(view: Partial<ActivityView> = {}): string {
  return activityPage({ frame, events: [event()], older: undefined, isNewest: true, ...view })
}

describe('activity page', () => {
  it('says what happened, how, when, on what device and from where', () => {
    const html = page()
    for (const text of ['Signed in', 'By password', 'Firefox on Linux', '<bdi>192.0.2.1</bdi>']) {
      expect(html).toContain(text)
    }
    expect(html).toContain('datetime="2030-01-01T10:00:00.000Z"')
  })

  it('marks in words what is a reason to look, and nothing else', () => {
    expect(page({ events: [event({ look: 'alarm' })] })).toContain('Look at this')
    expect(page({ events: [event(), event({ look: 'refused' })] })).not.toContain('Look at this')
  })

  it('shows hostile text as text wherever it stands', () => {
    const hostile = '<img src=x onerror=alert(1)>'
    const html = page({ events: [event({ more: hostile, device: hostile, address: hostile })] })
    expect(html).not.toContain('<img')
  })

  it('leads to what is earlier, and back to the latest', () => {
    const older = '/account/activity?before=7'
    expect(page({ older })).toContain(`<a href="${older}">Earlier activity</a>`)
    expect(page({ isNewest: false })).toContain(
      '<a href="/account/activity">Back to the latest</a>',
    )
    expect(page()).not.toMatch(/Earlier activity|Back to the latest/)
  })

  it('says so when there is nothing', () => {
    expect(page({ events: [] })).toContain('Nothing yet.')
    expect(page({ events: [], isNewest: false })).toContain('Nothing earlier is kept.')
    expect(page({ events: [] })).not.toContain('<ol')
  })
})
