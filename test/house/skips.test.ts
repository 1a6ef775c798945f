import { expect, it } from 'vitest'
import { contentOf, trackedFiles } from './sources.ts'

it('leaves out no test', () => {
  const tests = trackedFiles('*.test.ts', '*.contract.ts')
  expect(tests.filter((path) => /\.(skip|only|todo)\(/.test(contentOf(path)))).toEqual([])
})

it('holds no path of a developer machine', () => {
  const developerPath = /(?<![\w.-])\/(root|home|Users)\/\w/
  const text = trackedFiles().filter((path) => !/\.(png|ico|woff2)$/.test(path))
  expect(text.filter((path) => developerPath.test(contentOf(path)))).toEqual([])
})
