import { expect, it } from 'vitest'
import { contentOf, trackedFiles } from './sources.ts'

const emptyWords = /(^|[/.-])(manager|helper|util|handle|data|info)s?(?=[/.-])/

it('names no file or folder of the source by a word that says nothing', () => {
  expect(trackedFiles('src').filter((path) => emptyWords.test(path))).toEqual([])
})

it('keeps each source file short enough to be read in one go', () => {
  const linesOf = (path: string) => contentOf(path).split('\n').length - 1
  expect(trackedFiles('src/**/*.ts').filter((path) => linesOf(path) > 300)).toEqual([])
})
