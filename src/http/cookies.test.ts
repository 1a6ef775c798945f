import { describe, expect, it } from 'vitest'
import { minutes } from '../kernel/clock.ts'
import { cookiesOf } from './cookies.ts'

const secure = cookiesOf(true).session
const loopback = cookiesOf(false).session

describe('session cookie', () => {
  it('is tied to the host, out of reach of scripts and of cross-site posts', () => {
    expect(secure.give('t', minutes(24 * 60))).toBe(
      '__Host-sallyport=t; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
  })

  it('has a plain name without Secure on loopback, where browsers would refuse the other', () => {
    expect(loopback.give('t', minutes(24 * 60))).toBe(
      'sallyport=t; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax',
    )
  })

  it('is taken back with the attributes that it was given with', () => {
    expect(secure.take()).toBe(
      '__Host-sallyport=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
  })

  it('fits into what every browser keeps', () => {
    expect(secure.give('x'.repeat(4000), minutes(365 * 24 * 60)).length).toBeLessThan(4096)
  })

  it.each([
    ['__Host-sallyport=abc', 'abc'],
    ['a=1; __Host-sallyport=abc; b=2', 'abc'],
    ['a=1;__Host-sallyport = abc ;b', 'abc'],
    ['__Host-sallyport=', ''],
    ['__Host-sallyport=a=b', 'a=b'],
    ['__Host-sallyport="abc"', '"abc"'],
    ['sallyport=abc', undefined],
    ['__host-sallyport=abc', undefined],
    ['x__Host-sallyport=abc', undefined],
    ['__Host-sallyport', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads %j as %j', (header, value) => {
    expect(secure.read(header)).toBe(value)
  })

  it.each([
    '__Host-sallyport=a; __Host-sallyport=b',
    '__Host-sallyport=a; x=y; __Host-sallyport=a',
  ])('believes neither of two: %s', (header) => {
    expect(secure.read(header)).toBeUndefined()
  })
})
