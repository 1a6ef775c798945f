import { describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import { createJwks, generateKey, type Jwks, signToken, type TokenKey } from '../jwt/index.ts'
import { milliseconds, minutes, plus } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import { FakeClock } from '../testing/clock.ts'
import { anInstant } from '../testing/records.ts'
import { AccessTokenIssuer } from './access-tokens.ts'

const key = await generateKey('EdDSA')
const next = await generateKey('EdDSA')
const subject = { accountId: 'acc_1' as AccountId, session: 'sn_1' }
const assurance = {
  authenticatedAt: anInstant('2029-12-31T23:50:00.500Z'),
  amr: ['pwd', 'otp', 'mfa'],
  acr: 'aal2',
} as const
const assured = { ...subject, ...assurance }

/** An issuer with keys that can be exchanged under it; `rereads` counts how often it looked for newer ones. */
function issuing(lifetime = minutes(15)) {
  const clock = new FakeClock()
  const keys = {
    current: key as TokenKey,
    accepted: createJwks([key]) as Jwks,
    newer: createJwks([key]) as Jwks,
    rereads: 0,
    async reread() {
      keys.rereads += 1
      keys.accepted = keys.newer
    },
  }
  const issuer = new AccessTokenIssuer({
    keys,
    issuer: 'https://id.example.com',
    audience: 'https://api.example.com',
    lifetime,
    clock,
    random: systemRandom,
  })
  const issue = () => issuer.issue(assured, plus(clock.now(), minutes(60))).token.expose()
  return { clock, keys, issuer, issue }
}

describe('access tokens', () => {
  it('say whose they are and by which session, and nothing else of the person', () => {
    const { issuer, issue, clock } = issuing()
    const claims = issuer.atOnce(issue())?.claims
    const now = clock.now() / 1000
    expect(claims).toEqual({
      iss: 'https://id.example.com',
      sub: 'acc_1',
      aud: 'https://api.example.com',
      client_id: 'sallyport',
      sid: 'sn_1',
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: now,
      exp: now + 900,
      auth_time: now - 600,
      amr: ['pwd', 'otp', 'mfa'],
      acr: 'aal2',
    })
  })

  it('are recognised until they expire, to the second, whether they were seen before or not', async () => {
    const { issuer, issue, clock } = issuing()
    const [seen, unseen] = [issue(), issue()]
    expect(issuer.atOnce(seen)).toMatchObject(subject)
    clock.advance(milliseconds(899_999))
    for (const token of [seen, unseen]) expect(issuer.atOnce(token)).toMatchObject(subject)
    clock.advance(milliseconds(1))
    for (const token of [seen, unseen]) {
      expect(issuer.atOnce(token)).toBeUndefined()
      expect(await issuer.recognise(token)).toBeUndefined()
      expect(await issuer.recogniseExpired(token)).toMatchObject(subject)
    }
  })

  it('end with their session where that ends sooner, and are never without a second', () => {
    const { issuer, clock } = issuing()
    const lifetimeFor = (left: number) =>
      issuer.issue(assured, plus(clock.now(), milliseconds(left))).lifetimeSeconds
    expect(lifetimeFor(90_500)).toBe(90)
    expect(lifetimeFor(10)).toBe(1)
    expect(lifetimeFor(3_600_000)).toBe(900)
  })

  it('of a key that was made meanwhile are recognised after one more look', async () => {
    const { issuer, keys, issue } = issuing()
    keys.current = next
    keys.newer = createJwks([key, next])
    const token = issue()
    expect(issuer.atOnce(token)).toBeUndefined()
    expect(await issuer.recognise(token)).toMatchObject(subject)
    expect(keys.rereads).toBe(1)
  })

  it('that are merely wrong cost no look at the keys', async () => {
    const { issuer, keys, issue } = issuing()
    const token = issue()
    for (const wrong of ['', 'a.b.c', token.slice(0, -2), `${token}A`]) {
      expect(await issuer.recognise(wrong)).toBeUndefined()
      expect(await issuer.recogniseExpired(wrong)).toBeUndefined()
    }
    expect(keys.rereads).toBe(0)
  })

  it('that were recognised are not any more when their key is retired', async () => {
    const { issuer, keys, issue } = issuing()
    const token = issue()
    expect(issuer.atOnce(token)).toMatchObject(subject)
    keys.accepted = keys.newer = createJwks([next])
    expect(issuer.atOnce(token)).toBeUndefined()
    expect(await issuer.recognise(token)).toBeUndefined()
    expect(await issuer.recogniseExpired(token)).toBeUndefined()
  })

  it.each([
    ['another issuer', { iss: 'https://evil.example.com' }],
    ['another audience', { aud: 'https://other.example.com' }],
    ['no session', { sid: undefined }],
    ['nobody', { sub: undefined }],
  ])('signed with our own key are refused when they name %s', (_, change) => {
    const { issuer, clock } = issuing()
    const claims = {
      iss: 'https://id.example.com',
      aud: 'https://api.example.com',
      client_id: 'sallyport',
      sub: 'acc_1',
      sid: 'sn_1',
    }
    const sign = (more: object, type: string) =>
      signToken({ ...claims, ...more }, { key, type, lifetimeSeconds: 900, clock })
    expect(issuer.atOnce(sign({}, 'at+jwt'))).toMatchObject(subject)
    expect(issuer.atOnce(sign({}, 'JWT'))).toBeUndefined()
    expect(issuer.atOnce(sign(change, 'at+jwt'))).toBeUndefined()
  })
})
