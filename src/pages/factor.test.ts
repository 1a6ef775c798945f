import { describe, expect, it } from 'vitest'
import { type FactorView, factorPage } from './factor.ts'

const frame = { serviceName: 'Harbour', stylesheet: '/s.css', script: '/s.js', icon: '/i.svg' }

function page(view: Partial<FactorView> = {}): string {
  const factors = ['totp', 'recovery_code'] as const
  return factorPage({ frame, factors, asked: 'totp', next: undefined, problems: [], ...view })
}

describe('the second step of a sign-in', () => {
  it('asks for a code as phones can fill it in, and offers the other way', () => {
    expect(page()).toContain('autocomplete="one-time-code" inputmode="numeric"')
    expect(page()).toContain('href="/login/factor?with=recovery_code"')
    const other = page({ asked: 'recovery_code', next: '/account/sessions?a=b&c' })
    expect(other).toContain(
      'href="/login/factor?with=totp&amp;next=%2Faccount%2Fsessions%3Fa%3Db%26c"',
    )
  })

  it('offers nothing that the account has not', () => {
    expect(page({ factors: ['totp'] })).not.toContain('recovery_code')
    expect(page({ factors: ['recovery_code'], asked: 'recovery_code' })).not.toContain('with=totp')
  })

  it('says so where nothing is left to be given, and asks for nothing', () => {
    const html = page({ factors: [] })
    expect(html).toContain('no recovery code is left')
    expect(html).not.toContain('<form')
  })

  it('never shows again what was typed', () => {
    const problems = [{ field: 'code', message: 'That code was not accepted.' }]
    expect(page({ problems })).toContain('<input id="code" name="code" type="text" value=""')
  })
})
