import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'

describe('secret', () => {
  const secret = new Secret('hunter2')

  it('gives its value only when asked by name', () => {
    expect(secret.expose()).toBe('hunter2')
  })

  it('shows a mask when printed, interpolated, inspected or serialised', () => {
    expect(String(secret)).toBe('[secret]')
    expect(`${secret}`).toBe('[secret]')
    expect(inspect({ secret })).not.toContain('hunter2')
    expect(JSON.stringify({ secret, nested: [secret] })).not.toContain('hunter2')
    expect(Object.values(secret)).toEqual([])
  })
})
