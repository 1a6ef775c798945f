import { describe, expect, it } from 'vitest'
import { cookiesOf } from './cookies.ts'
import { Credentials } from './credentials.ts'

/** Knows one access token, and comes to know another one. */
const recognised = { accountId: 'acc_1' as never, claims: {} }
const credentials = new Credentials(cookiesOf(false), {
  atOnce: (token) => (token === 'a.good.token' ? { ...recognised, session: 'sn_1' } : undefined),
  recognise: async (token) =>
    token === 'a.new.token' ? { ...recognised, session: 'sn_2' } : undefined,
})

function found(headers: Record<string, string>): string | undefined {
  const web = credentials.find({ headers: new Headers(headers) })
  const node = credentials.find({ headers })
  expect(node?.value.expose()).toBe(web?.value.expose())
  return web && `${web.by} ${web.kind} ${web.value.expose()}`
}

describe('credential', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER   abc'])(
    'comes from an Authorization header: %s',
    (header) => {
      expect(found({ authorization: header })).toBe('header bearer abc')
    },
  )

  it('is an access token when it has dots', () => {
    expect(found({ authorization: 'Bearer a.b.c' })).toBe('header jwt a.b.c')
    expect(found({ cookie: 'access_token=a.b.c' })).toBe('cookie jwt a.b.c')
  })

  it('comes from a cookie otherwise, the one of a session first', () => {
    expect(found({ cookie: 'a=b; sallyport=abc' })).toBe('cookie session abc')
    expect(found({ cookie: 'access_token=a.b.c; sallyport=abc' })).toBe('cookie session abc')
    expect(found({ cookie: 'refresh_token=abc' })).toBeUndefined()
    expect(found({})).toBeUndefined()
  })

  it('gives a request one identity: with a bearer token no cookie counts', () => {
    const cookie = 'sallyport=def; access_token=a.b.c'
    expect(found({ authorization: 'Bearer abc', cookie })).toBe('header bearer abc')
    expect(found({ authorization: 'Bearer', cookie })).toBe('header bearer ')
    expect(found({ authorization: 'Bearer a b', cookie })).toBe('header bearer ')
  })

  it('is none where two sessions are named, whatever else is there', () => {
    expect(found({ cookie: 'sallyport=abc; access_token=a.b.c; sallyport=def' })).toBeUndefined()
    expect(found({ cookie: 'access_token=a.b.c; sallyport=; sallyport=' })).toBeUndefined()
  })

  it('leaves other schemes to whom they belong', () => {
    expect(found({ authorization: 'Basic abc', cookie: 'sallyport=def' })).toBe(
      'cookie session def',
    )
    expect(found({ authorization: 'Bearerx abc' })).toBeUndefined()
  })
})

describe('what is presented', () => {
  const presented = async (authorization: string) => {
    const credential = credentials.find({ headers: { authorization } })
    const token = credential && (await credentials.presented(credential))
    return token && `${token.kind} ${token.value.expose()}`
  }

  it('is the token of a session as it came', async () => {
    expect(await presented('Bearer abc')).toBe('bearer abc')
  })

  it('is of an access token the session that it names, and of any other nobody’s', async () => {
    expect(await presented('Bearer a.good.token')).toBe('jwt sn_1')
    expect(await presented('Bearer a.new.token')).toBe('jwt sn_2')
    expect(await presented('Bearer a.bad.token')).toBe('jwt ')
  })
})
