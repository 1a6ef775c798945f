import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/kernel/clock.ts'
import { altered } from '../support/altered.ts'
import { startApp } from '../support/app.ts'
import {
  accessStatus,
  expectDead,
  partOf,
  refresh,
  refreshed,
  tokensOf,
} from '../support/tokens.ts'

const app = await startApp()
const ann = await app.registered()
const bystander = await tokensOf(app, ann)

describe('a refresh token that was used already', () => {
  it('gives the very same successor to whoever did not get the answer, and that goes on working', async () => {
    const first = await tokensOf(app, ann)
    const lost = await refreshed(app, first.refresh)
    app.clock.advance(seconds(10) - 1)
    const again = await refreshed(app, first.refresh)
    expect(again.refresh).toBe(lost.refresh)
    expect(again.access).not.toBe(lost.access)
    app.clock.advance(seconds(60))
    const next = await refreshed(app, again.refresh)
    expect(next.refresh).not.toBe(again.refresh)
    expect(await accessStatus(app, next.access)).toBe(200)
  })

  it('is not good for longer by being used again within the grace', async () => {
    const first = await tokensOf(app, ann)
    const second = await refreshed(app, first.refresh)
    app.clock.advance(seconds(9))
    await refreshed(app, first.refresh)
    app.clock.advance(seconds(2))
    expect((await refresh(app, first.refresh)).status).toBe(401)
    await expectDead(app, first, second)
  })

  it('ends the sign-in when it comes later than ten seconds', async () => {
    const first = await tokensOf(app, ann)
    const second = await refreshed(app, first.refresh)
    app.clock.advance(seconds(10) + 1)
    expect((await refresh(app, first.refresh)).status).toBe(401)
    await expectDead(app, first, second)
  })

  it('ends the sign-in at once when its successor has been used as well', async () => {
    const first = await tokensOf(app, ann)
    const second = await refreshed(app, first.refresh)
    const third = await refreshed(app, second.refresh)
    expect((await refresh(app, first.refresh)).status).toBe(401)
    await expectDead(app, first, second, third)
  })

  it('ends nothing but its own sign-in', async () => {
    app.clock.advance(seconds(1))
    const { access } = await refreshed(app, bystander.refresh)
    expect(await accessStatus(app, access)).toBe(200)
  })

  it('is told to whoever reads the log, without any token in it', async () => {
    const first = await tokensOf(app, ann)
    const second = await refreshed(app, first.refresh)
    app.clock.advance(seconds(11))
    const before = app.lines.length
    await refresh(app, first.refresh)
    const said = app.lines.slice(before).filter((line) => !line.includes('"message":"request"'))
    expect(said).toHaveLength(1)
    expect(JSON.parse(said[0] ?? '')['audit']).toMatchObject({
      type: 'token.reused',
      outcome: 'alarm',
      subject: partOf(first.access, 1)['sub'],
      session: partOf(first.access, 1)['sid'],
    })
    for (const token of [first.refresh, first.access, second.refresh, second.access]) {
      for (const piece of [token, token.slice(0, 30), token.slice(-20)]) {
        expect(app.lines.join('\n')).not.toContain(piece)
      }
    }
  })
})

describe('a refresh token that was changed', () => {
  const changes: [string, (token: string) => string][] = [
    ['in its first character', (token) => `R${token.slice(1)}`],
    ['in its last character', (token) => altered(token, -1)],
    ['in letter case', (token) => token.toUpperCase()],
    ['by a blank behind', (token) => `${token} `],
    ['by one character more', (token) => `${token}A`],
    ['by one character less', (token) => token.slice(0, -1)],
    ['by padding', (token) => `${token}=`],
    ['by a NUL behind', (token) => `${token}\u0000`],
    ...Array.from({ length: 12 }, (_, at): [string, (token: string) => string] => [
      `at place ${4 + at * 6}`,
      (token) => altered(token, 4 + at * 6),
    ]),
  ]

  it.each(changes)('%s opens nothing, and ends nothing either', async (_how, change) => {
    const current = await latest()
    const changed = change(current)
    expect(changed).not.toBe(current)
    expect((await refresh(app, changed)).status).toBe(401)
    expect((await refresh(app, await latest())).status).toBe(200)
  })

  let token: string | undefined
  /** Each call turns the sign-in of this table once: what a change did to it would be seen. */
  async function latest(): Promise<string> {
    token = token ? (await refreshed(app, token)).refresh : (await tokensOf(app, ann)).refresh
    return token
  }
})
