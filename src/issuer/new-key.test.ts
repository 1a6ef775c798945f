import { expect, it } from 'vitest'
import { generateKey } from '../jwt/index.ts'
import { newKey } from './new-key.ts'

it('has an id that no command takes for an option', async () => {
  const ids = ['-begins-with-one', '--with-two', 'has-it-inside', 'the-next']
  const make = async () => ({ ...(await generateKey('EdDSA')), id: ids.shift() ?? '' })
  expect((await newKey('EdDSA', make)).id).toBe('has-it-inside')
  expect(ids).toEqual(['the-next'])
})

it('is named by its thumbprint', async () => {
  expect((await newKey('EdDSA')).id).toMatch(/^[\w][\w-]{42}$/)
})
