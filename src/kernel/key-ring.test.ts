import { describe, expect, it } from 'vitest'
import { KeyRing } from './key-ring.ts'
import { Secret } from './secret.ts'

describe('key ring', () => {
  const first = new Secret('first-master-key-of-some-length')
  const second = new Secret('second-master-key-of-some-length')

  it('makes with the first key and still understands the others', () => {
    const [made] = new KeyRing([first]).for('csrf')
    const [current, older] = new KeyRing([second, first]).for('csrf')
    expect(current).not.toEqual(made)
    expect(older).toEqual(made)
  })

  it('derives 256 bits that are not the master key', () => {
    const [key] = new KeyRing([first]).for('csrf')
    expect(key).toHaveLength(32)
    expect(Buffer.from(key).toString()).not.toContain('first')
  })
})
