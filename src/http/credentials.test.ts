import { describe, expect, it } from 'vitest'
import { SessionCookie } from './cookies.ts'
import { presentedToken } from './credentials.ts'

const cookie = new SessionCookie(false)

function presented(headers: Record<string, string>): string | undefined {
  const web = presentedToken({ headers: new Headers(headers) }, cookie)
  const node = presentedToken({ headers }, cookie)
  expect(node?.value.expose()).toBe(web?.value.expose())
  return web && `${web.kind} ${web.value.expose()}`
}

describe('presented token', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER   abc'])(
    'comes from an Authorization header: %s',
    (header) => {
      expect(presented({ authorization: header })).toBe('bearer abc')
    },
  )

  it('comes from the cookie otherwise', () => {
    expect(presented({ cookie: 'a=b; sallyport=abc' })).toBe('session abc')
    expect(presented({})).toBeUndefined()
  })

  it('gives a request one identity: with a bearer token the cookie does not count', () => {
    expect(presented({ authorization: 'Bearer abc', cookie: 'sallyport=def' })).toBe('bearer abc')
    expect(presented({ authorization: 'Bearer', cookie: 'sallyport=def' })).toBe('bearer ')
    expect(presented({ authorization: 'Bearer a b', cookie: 'sallyport=def' })).toBe('bearer ')
  })

  it('leaves other schemes to whom they belong', () => {
    expect(presented({ authorization: 'Basic abc', cookie: 'sallyport=def' })).toBe('session def')
    expect(presented({ authorization: 'Bearerx abc' })).toBeUndefined()
  })
})
