import { wrapping } from '../define.ts'
import type { Scheme } from '../scheme.ts'
import { bcrypt } from './bcrypt.ts'

/** Spring Security's `DelegatingPasswordEncoder`, with its default encoder. */
export const springBcrypt: Scheme = wrapping({
  name: 'spring_bcrypt',
  tier: 'import',
  prefix: '{bcrypt}',
  inner: bcrypt,
})
