import { describe, expect, it } from 'vitest'
import { jsonOf, sameOrigin, startApp } from '../support/app.ts'
import { accessStatus, bearing, postFields, refresh, tokensOf } from '../support/tokens.ts'

const server = 'files:q7Zk3Vw9Xc2Rt5Yb8Nm1Lp4Js6Hd0Gf3a'
const app = await startApp({ resourceServers: [server] })
const ann = await app.registered()
const cookie = await app.cookieOf(ann)
const tokens = await tokensOf(app, ann)

const secrets = {
  'a session token': cookie.split('=')[1] as string,
  'a bearer token': await app.bearerOf(ann),
  'an access token': tokens.access,
  'a refresh token': tokens.refresh,
  'a form token': await app.formTokenOf(cookie),
  'the secret of a resource server': server.split(':')[1] as string,
  'the password': ann.password,
}
type SecretKind = keyof typeof secrets

interface Door {
  readonly door: string
  readonly opens: readonly SecretKind[]
  readonly knock: (secret: string) => Promise<boolean>
}

const me = async (headers: Record<string, string>) => (await app.meStatus(headers)) === 200
const given = async (answer: Promise<Response>) => 'access_token' in (await jsonOf(await answer))
const basic = { authorization: `Basic ${btoa(server)}` }

const doors: readonly Door[] = [
  {
    door: 'the session cookie',
    opens: ['a session token'],
    knock: (secret) => me({ cookie: `sallyport=${secret}` }),
  },
  {
    door: 'the cookie access_token',
    opens: ['an access token'],
    knock: (secret) => me({ cookie: `access_token=${secret}` }),
  },
  {
    door: 'the cookie refresh_token at /me',
    opens: [],
    knock: (secret) => me({ cookie: `refresh_token=${secret}` }),
  },
  {
    door: 'Authorization: Bearer',
    opens: ['a bearer token', 'an access token'],
    knock: (secret) => me(bearing(secret)),
  },
  {
    door: 'Authorization: Basic',
    opens: [],
    knock: (secret) => me({ authorization: `Basic ${btoa(`${ann.email}:${secret}`)}` }),
  },
  {
    door: 'access_token in the address',
    opens: [],
    knock: async (secret) =>
      (await app.get(`/me?access_token=${encodeURIComponent(secret)}`)).status === 200,
  },
  {
    door: '/refresh, by body',
    opens: ['a refresh token'],
    knock: async (secret) => (await refresh(app, secret)).status === 200,
  },
  {
    door: '/refresh, by cookie refresh_token',
    opens: ['a refresh token'],
    knock: async (secret) => {
      const headers = { ...sameOrigin(app), cookie: `refresh_token=${secret}` }
      return (await app.postJson('/refresh', {}, headers)).status === 200
    },
  },
  {
    door: '/refresh, by Authorization',
    opens: [],
    knock: async (secret) => (await app.postJson('/refresh', {}, bearing(secret))).status === 200,
  },
  {
    door: '/refresh, by cookie access_token',
    opens: [],
    knock: async (secret) => {
      const headers = { ...sameOrigin(app), cookie: `access_token=${secret}; sallyport=${secret}` }
      return (await app.postJson('/refresh', {}, headers)).status === 200
    },
  },
  {
    door: '/refresh, by address',
    opens: [],
    knock: async (secret) => {
      const query = `?refresh_token=${encodeURIComponent(secret)}`
      return (await app.postJson(`/refresh${query}`, {})).status === 200
    },
  },
  {
    door: '/token, to refresh',
    opens: ['a refresh token'],
    knock: (secret) =>
      given(postFields(app, '/token', { grant_type: 'refresh_token', refresh_token: secret })),
  },
  {
    door: '/token, as a password',
    opens: ['the password'],
    knock: (secret) => given(postFields(app, '/token', { username: ann.email, password: secret })),
  },
  {
    door: '/introspect, asked about',
    opens: ['an access token'],
    knock: async (token) => {
      const answer = await jsonOf(await postFields(app, '/introspect', { token }, basic))
      if (answer['active'] !== true) expect(answer).toEqual({ active: false })
      return answer['active']
    },
  },
  {
    door: '/introspect, as the secret of who asks',
    opens: ['the secret of a resource server'],
    knock: async (secret) => {
      const authorization = `Basic ${btoa(`files:${secret}`)}`
      const fields = { token: tokens.access }
      return (await postFields(app, '/introspect', fields, { authorization })).status === 200
    },
  },
  {
    door: '/introspect, as a bearer token',
    opens: [],
    knock: async (secret) => {
      const fields = { token: tokens.access }
      return (await postFields(app, '/introspect', fields, bearing(secret))).status === 200
    },
  },
  {
    door: 'the token of a form',
    opens: ['a form token'],
    knock: async (csrf_token) => {
      const answer = await app.postForm('/account/sessions', { csrf_token, end: 'x' }, { cookie })
      return answer.status !== 403
    },
  },
]

describe.each(doors)('at $door', ({ opens, knock }) => {
  const kinds = Object.keys(secrets) as SecretKind[]
  it.each(kinds.map((kind) => [kind, opens.includes(kind) ? 'opens' : 'does not open']))(
    '%s %s',
    async (kind) => {
      expect(await knock(secrets[kind as SecretKind])).toBe(opens.includes(kind as SecretKind))
    },
  )
})

describe('a secret at the wrong door', () => {
  it('has ended nothing there, nor begun anything', async () => {
    expect(await me({ cookie })).toBe(true)
    expect(await me(bearing(secrets['a bearer token']))).toBe(true)
    expect(await accessStatus(app, tokens.access)).toBe(200)
    expect((await refresh(app, tokens.refresh)).status).toBe(200)
  })

  it('is not made good by dressing it as another one', async () => {
    const [session, bearer] = [secrets['a session token'], secrets['a bearer token']]
    const dressed = [
      tokens.refresh.replace('rft_', 'brr_'),
      tokens.refresh.replace('rft_', 'ses_'),
      tokens.refresh.replace('rft_', ''),
      tokens.access.split('.')[2] as string,
      session.replace('ses_', 'brr_'),
      bearer.replace('brr_', 'ses_'),
      `sse1_${tokens.refresh}`,
    ]
    for (const token of dressed) {
      expect(await me(bearing(token))).toBe(false)
      expect(await me({ cookie: `sallyport=${token}` })).toBe(false)
      expect(await me({ cookie: `access_token=${token}` })).toBe(false)
    }
    for (const token of [session, bearer]) {
      const renamed = token.replace(/^[a-z]+_/, 'rft_')
      expect((await refresh(app, renamed)).status).toBe(401)
    }
  })

  it('revokes nothing that is no token for programs', async () => {
    for (const token of [secrets['a session token'], secrets['a form token'], ann.email]) {
      expect((await postFields(app, '/revoke', { token })).status).toBe(200)
    }
    expect(await me({ cookie })).toBe(true)
  })
})
