import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Browser, startApp } from '../support/app.ts'

const app = await startApp()
const known = await app.registered()
const disabled = await app.registered()
await app.setStatus(disabled, 'disabled')

const attempts = {
  'a wrong password': { email: known.email, password: 'wrong harbour lantern' },
  'an unknown address': { email: 'nobody@mail.test.example', password: known.password },
  'a disabled account': { email: disabled.email, password: disabled.password },
  'a disabled account and a wrong password': { email: disabled.email, password: 'wrong' },
}

/** Status, headers and body, without what differs between any two answers. */
async function seen(response: Response, email: string): Promise<unknown> {
  const headers = Object.fromEntries(response.headers)
  const requestId = headers['x-request-id'] as string
  delete headers['x-request-id']
  const text = await response.text()
  return {
    status: response.status,
    headers,
    body: text.replaceAll(requestId, '').replaceAll(email, ''),
  }
}

const body = `ses_${'A'.repeat(43)}`
/** Well formed, with the right checksum. */
const neverIssued = body + crc32(body).toString(36).padStart(7, '0')

describe('telling accounts apart by the answer to a sign-in', () => {
  it.each(Object.entries(attempts))('fails for programs: %s', async (_what, attempt) => {
    const reference = attempts['a wrong password']
    for (const transport of ['cookie', 'bearer']) {
      const answer = await app.postJson('/login', { ...attempt, transport })
      expect(answer.status).toBe(401)
      expect(await seen(answer, attempt.email)).toEqual(
        await seen(await app.postJson('/login', { ...reference, transport }), reference.email),
      )
    }
  })

  it.each(Object.entries(attempts))('fails for people: %s', async (_what, attempt) => {
    const reference = attempts['a wrong password']
    const answer = await new Browser(app).submit('/login', attempt)
    expect(answer.status).toBe(401)
    const expected = await new Browser(app).submit('/login', reference)
    expect(await seen(answer, attempt.email)).toEqual(await seen(expected, reference.email))
  })

  it.each(Object.entries(attempts))('fails in process: %s', async (_what, attempt) => {
    expect(await app.auth.login(attempt)).toEqual({
      kind: 'refused',
      reason: 'invalid_credentials',
    })
  })

  it('fails for sessions: ended, expired, disabled and invented ones get one answer', async () => {
    const ended = await app.cookieOf(known)
    await app.postJson('/logout', {}, { cookie: ended })
    const late = await app.registered()
    const ofDisabled = await app.cookieOf(late)
    await app.setStatus(late, 'disabled')
    const expired = await app.cookieOf(known)
    app.clock.advance(24 * 3600_000)
    const invented = `sallyport=${neverIssued}`
    const answers = [ended, ofDisabled, expired, invented, 'sallyport=x'].map(async (cookie) =>
      seen(await app.get('/me', { cookie }), ''),
    )
    const [first, ...others] = await Promise.all(answers)
    expect(first).toMatchObject({ status: 401 })
    for (const other of others) expect(other).toEqual(first)
  })
})
