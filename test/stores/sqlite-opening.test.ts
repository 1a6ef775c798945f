import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/clean-up.ts'

/** Opens one new file after the other, each at the very moment at which all others do. */
const opener = `
import { workerData } from 'node:worker_threads'
const { sqlite, folder, threads, rounds, shared } = workerData
const { openSqlite } = await import(sqlite)
const arrived = new Int32Array(shared)
for (let round = 0; round < rounds; round++) {
  Atomics.add(arrived, 0, 1)
  while (Atomics.load(arrived, 0) < (round + 1) * threads);
  await openSqlite(folder + '/' + round + '.db').close()
}`

it('a new file is opened by two at the same moment, and neither is told that it is locked', async () => {
  const [threads, rounds] = [2, 150]
  const workerData = {
    sqlite: new URL('../../src/stores/sql/sqlite.ts', import.meta.url).href,
    folder: temporaryFolder(),
    threads,
    rounds,
    shared: new SharedArrayBuffer(4),
  }
  const code = new URL(`data:text/javascript,${encodeURIComponent(opener)}`)
  const workers = Array.from({ length: threads }, () => new Worker(code, { workerData }))
  const ends = await Promise.all(workers.map((worker) => once(worker, 'exit')))
  expect(ends).toEqual([[0], [0]])
})
