import { Hono } from 'hono'
import { publicId, type Random } from '../kernel/random.ts'
import type { Answers } from './answers.ts'
import type { App } from './app.ts'
import { problem } from './problems.ts'

export interface ManagementOptions {
  readonly answers: Answers
  readonly random: Random
  /** May requests be sent here: not draining, and the store answers? */
  readonly isReady: () => Promise<boolean>
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>
}

const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/** The management listener: for probes and operators, never for the public. */
export function createManagementApp({ answers, random, isReady, metrics }: ManagementOptions): App {
  const router = new Hono()
  const newId = () => publicId(random, 'req')
  router.get('/health/live', () => answers.json(newId(), 200, { status: 'live' }))
  router.get('/health/ready', async () => {
    const ready = await isReady()
    return answers.json(newId(), ready ? 200 : 503, { status: ready ? 'ready' : 'not ready' })
  })
  router.get('/metrics', async () => answers.text(newId(), metricsType, await metrics()))
  router.notFound(() => answers.problem(newId(), problem('not_found')))
  return async (request, { fault } = {}) =>
    fault ? answers.problem(newId(), problem(fault)) : router.fetch(request)
}
