import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { otpauthUri, typedSecret } from './otpauth.ts'

const secret = Buffer.from('12345678901234567890')
const written = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/** As an app reads it: the first colon ends the issuer. */
function asRead(uri: string) {
  const url = new URL(uri)
  const label = decodeURIComponent(url.pathname.replace(/^\/+/, ''))
  const colon = label.indexOf(':')
  return {
    start: `${url.protocol}//${url.host}`,
    issuer: label.slice(0, colon),
    account: label.slice(colon + 1),
    query: [...url.searchParams],
  }
}

describe('the URI of an authenticator app', () => {
  it('names the service twice and the account once, and leaves out what apps take for granted', () => {
    const uri = otpauthUri(secret, { issuer: 'Acme', account: 'ann@example.com' })
    expect(uri).toBe(`otpauth://totp/Acme:ann%40example.com?secret=${written}&issuer=Acme`)
  })

  it('writes a blank as %20, since apps show a + as it is', () => {
    const uri = otpauthUri(secret, { issuer: 'Big Acme + Co', account: 'ann+otp@example.com' })
    const service = 'Big%20Acme%20%2B%20Co'
    const label = `${service}:ann%2Botp%40example.com`
    expect(uri).toBe(`otpauth://totp/${label}?secret=${written}&issuer=${service}`)
  })

  it('lets no colon of the service end its name, and keeps one of the account', () => {
    const uri = otpauthUri(secret, { issuer: ' Acme: Shop ', account: '"a:b"@example.com' })
    const { issuer, account, query } = asRead(uri)
    expect({ issuer, account }).toEqual({ issuer: 'Acme Shop', account: '"a:b"@example.com' })
    expect(query).toContainEqual(['issuer', 'Acme Shop'])
  })

  it('does without the name of a service that has none', () => {
    const uri = otpauthUri(secret, { issuer: ' : ', account: 'ann@example.com' })
    expect(uri).toBe(`otpauth://totp/ann%40example.com?secret=${written}`)
  })

  it('says what it was told, whatever characters there are, and nothing else', () => {
    const names = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(names, names, (service, account) => {
        const uri = otpauthUri(secret, { issuer: `A${service}`, account })
        expect(uri).toMatch(/^otpauth:\/\/totp\/[\w%.~!*'()-]+:[\w%.~!*'()-]*\?[\w%.~!*'()=&-]+$/)
        const read = asRead(uri)
        const issuer = `A${service}`.replaceAll(':', ' ').replace(/\s+/g, ' ').trim()
        expect(read).toEqual({
          start: 'otpauth://totp',
          issuer: issuer.toWellFormed(),
          account: account.toWellFormed(),
          query: [
            ['secret', written],
            ['issuer', issuer.toWellFormed()],
          ],
        })
      }),
    )
  })

  it('is made of half a character too', () => {
    expect(otpauthUri(secret, { issuer: '\ud800', account: 'a' })).toContain('%EF%BF%BD')
  })
})

it('groups the secret by four, to type', () => {
  expect(typedSecret(secret)).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
})
