import { expect, it } from 'vitest'
import { threadFile } from './thread-file.ts'

it.each([
  ['file:///app/src/hashers/pool.ts', 'file:///app/src/hashers/worker.ts'],
  ['file:///app/dist/hashers/pool.js', 'file:///app/dist/hashers/worker.js'],
])('beside %s a thread starts with %s', (base, file) => {
  expect(threadFile('worker', base).href).toBe(file)
})
