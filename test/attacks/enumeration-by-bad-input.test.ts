import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'

const app = await startApp()
const known = (await app.registered()).email
const disabled = await app.registered()
await app.setStatus(disabled, 'disabled')
const unknown = 'nobody@mail.test.example'

const bad: [string, unknown][] = [
  ['an empty password', ''],
  ['a password of 5000 characters', 'p'.repeat(5000)],
  ['a password beyond the bound by one byte', 'p'.repeat(1025)],
  ['a lone surrogate', 'violet \ud800 lantern'],
  ['a NUL', 'violet \u0000 lantern'],
  ['only blanks', '            '],
  ['a number', 12345678901234],
  ['null', null],
  ['a list', ['violet harbour lantern']],
  ['an object', { $ne: null }],
  ['true', true],
  ['no password at all', undefined],
]

describe('telling accounts apart by what bad input does to a sign-in', () => {
  it.each(bad)('fails for %s', async (_what, password) => {
    const answers = [unknown, known, disabled.email].map(async (email) => {
      const response = await app.postJson('/login', { email, password })
      const text = await response.text()
      return `${response.status} ${text.replace(/req_[\w-]+/, '')}`
    })
    const [first, ...others] = await Promise.all(answers)
    expect(first).toMatch(/^4\d\d /)
    expect(new Set(others)).toEqual(new Set([first]))
  })
})
