import { cpus, setPriority } from 'node:os'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { type Algorithm, hashRawSync, type Version } from '@node-rs/argon2'
import { argon2id } from '../src/hashers/schemes/argon2.ts'
import { password } from './people.ts'
import type { Sample, Variant } from './plan.ts'

/**
 * The ceiling: argon2id with the server's cost in one thread for each core, at the server's low
 * priority, and nothing else: no pool, no messages, no HTTP, no database.
 */
export function rawHashes(): Variant & AsyncDisposable {
  const workers = cpus().map(() => new Worker(new URL(import.meta.url)))
  return {
    name: 'raw argon2id',
    run: async (milliseconds) => {
      const parts = await Promise.all(workers.map((worker) => partOf(worker, milliseconds)))
      const latencies = parts.flat()
      return { count: latencies.length, seconds: milliseconds / 1000, latencies, problems: [] }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

function partOf(worker: Worker, milliseconds: number): Promise<Sample['latencies']> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (latencies: number[]) => {
      worker.off('error', reject)
      resolve(latencies)
    })
    worker.postMessage(milliseconds)
  })
}

if (!isMainThread) {
  // On Linux 0 is the calling thread.
  setPriority(0, 19)
  parentPort?.on('message', (milliseconds: number) => {
    parentPort?.postMessage(hashFor(milliseconds))
  })
}

function hashFor(milliseconds: number): number[] {
  const latencies: number[] = []
  const end = performance.now() + milliseconds
  for (;;) {
    const start = performance.now()
    hashRawSync(password, {
      algorithm: 2 as Algorithm.Argon2id,
      version: 1 as Version.V0x13,
      memoryCost: argon2id.defaultCost.memory,
      timeCost: argon2id.defaultCost.passes,
      parallelism: argon2id.defaultCost.lanes,
      outputLen: argon2id.digestBytes,
      salt: Buffer.alloc(argon2id.saltBytes, 7),
    })
    const now = performance.now()
    if (now > end) return latencies
    latencies.push(now - start)
  }
}
