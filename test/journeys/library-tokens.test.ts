import { describe, expect, it } from 'vitest'
import type { Auth } from '../../src/index.ts'
import { importJwks, verifyToken } from '../../src/jwt/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { startApp } from '../support/app.ts'

const app = await startApp({ accessTokenLifetime: '5m', tokenAudience: 'https://api.example.com' })
const { auth, clock } = app

const ann = { email: 'ann@example.com', fullName: 'Ann Lee', password: 'violet harbour lantern' }
await auth.register(ann)

async function signedIn(transport: Parameters<Auth['login']>[0]['transport'] = 'token') {
  const outcome = await auth.login({ email: ann.email, password: ann.password, transport })
  if (outcome.kind !== 'signed_in') throw new Error(outcome.kind)
  return outcome
}

async function issued() {
  const { session } = await signedIn()
  const pair = await auth.tokens.issue(session)
  return { session, access: pair.accessToken.expose(), refresh: pair.refreshToken.expose(), pair }
}

const bearing = (token: string) => ({ headers: new Headers({ authorization: `Bearer ${token}` }) })

describe('an application that gives its programs tokens', () => {
  it('issues them for a session, and knows who carries one', async () => {
    const { session, access, pair } = await issued()
    expect(pair.lifetimeSeconds).toBe(300)
    const who = await auth.authenticate(bearing(access))
    expect(who).toEqual({ accountId: session.accountId, session })
    expect((await auth.accounts.find(session.accountId))?.email).toBe(ann.email)
    expect(`${JSON.stringify(pair)} ${String(pair.refreshToken)}`).not.toContain(access)
  })

  it('gives none for a session that has a token of its own', async () => {
    const { session } = await signedIn('bearer')
    await expect(auth.tokens.issue(session)).rejects.toThrow('has a token of its own')
  })

  it('refreshes them, for the same session', async () => {
    const { session, refresh } = await issued()
    clock.advance(minutes(6))
    const outcome = await auth.tokens.refresh(refresh)
    if (outcome.kind !== 'refreshed') throw new Error(outcome.kind)
    expect(outcome.session.id).toBe(session.id)
    const who = await auth.authenticate(bearing(outcome.accessToken.expose()))
    expect(who?.session.id).toBe(session.id)
    expect(await auth.tokens.refresh('nonsense')).toEqual({
      kind: 'refused',
      reason: 'invalid_token',
    })
  })

  it('sees them end with the session, however that ends', async () => {
    const ends: readonly ((one: Awaited<ReturnType<typeof issued>>) => Promise<unknown>)[] = [
      ({ access }) => auth.logout(bearing(access)),
      ({ access }) => auth.tokens.revoke(access),
      ({ refresh }) => auth.tokens.revoke(refresh),
      ({ session }) => auth.sessions.revoke(session.accountId, session.id),
      ({ session }) => auth.sessions.revokeAll(session.accountId),
    ]
    for (const end of ends) {
      const one = await issued()
      expect(await auth.tokens.introspect(one.access)).toMatchObject({ sid: one.session.id })
      await end(one)
      expect(await auth.authenticate(bearing(one.access))).toBeUndefined()
      expect(await auth.tokens.introspect(one.access)).toBeUndefined()
      expect((await auth.tokens.refresh(one.refresh)).kind).toBe('refused')
    }
  })

  it('is heard of where somebody listens to revocations', async () => {
    const heard: unknown[] = []
    const stop = auth.sessions.onRevoked((revocation) => heard.push(revocation))
    const { session, access } = await issued()
    await auth.tokens.revoke(access)
    stop()
    expect(heard).toContainEqual({ account: session.accountId, session: session.id })
  })

  it('goes on under new tokens when the password is changed', async () => {
    const bob = { ...ann, email: 'bob@example.com' }
    await auth.register(bob)
    const outcome = await auth.login({ ...bob, transport: 'token' })
    if (outcome.kind !== 'signed_in') throw new Error(outcome.kind)
    const { accessToken, refreshToken } = await auth.tokens.issue(outcome.session)
    const changed = await auth.changePassword({
      request: bearing(accessToken.expose()),
      currentPassword: bob.password,
      newPassword: 'seven copper kettles sing',
    })
    if (changed.kind !== 'changed') throw new Error(changed.kind)
    expect((await auth.tokens.refresh(refreshToken.expose())).kind).toBe('refused')
    const next = await auth.tokens.issue(changed.session)
    expect(await auth.authenticate(bearing(next.accessToken.expose()))).toBeDefined()
  })

  it('lets other services verify them by the key set alone', async () => {
    const { access, session } = await issued()
    const outcome = verifyToken(access, {
      keys: importJwks(auth.tokens.keySet()),
      algorithms: ['EdDSA'],
      type: 'at+jwt',
      issuer: 'http://127.0.0.1:8000',
      audience: 'https://api.example.com',
      clock,
    })
    expect(outcome).toMatchObject({ kind: 'verified', claims: { sub: session.accountId } })
  })
})
