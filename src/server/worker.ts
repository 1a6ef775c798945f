import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { configurationOf } from '../config/index.ts'
import { linesOf, SallyportError } from '../kernel/errors.ts'
import { openLog } from './log.ts'
import type { Answers, Question, ToPrimary, ToWorker } from './messages.ts'
import { openService, type Service } from './service.ts'
import { ignoreStopSignals } from './signals.ts'

// A terminal sends Ctrl-C to every process: the primary alone decides, and tells us.
ignoreStopSignals()
const [first] = (await once(process, 'message')) as [ToWorker]
if (first.kind === 'start') await work(first)
process.exit()

async function work({ number, given }: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  const configuration = configurationOf(given)
  const { log, flush } = openLog(configuration, { worker: number })
  try {
    await using service = await openService(configuration, log)
    const stopped = untilStopped(cluster.worker as Worker)
    answerQuestions(service)
    await tell({ kind: 'listening' })
    if ((await stopped) === 'alone') log.warn('the primary has gone; stopping')
    await service.listener.drain(configuration.shutdown_grace)
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error
    await tell({ kind: 'failed', lines: linesOf(error) })
    process.exitCode = 1
  }
  await flush()
}

/** Resolves when the primary says so, or has gone. */
function untilStopped(worker: Worker): Promise<'told' | 'alone'> {
  return new Promise((resolve) => {
    process.on('message', ({ kind }: ToWorker) => kind === 'stop' && resolve('told'))
    worker.once('disconnect', () => {
      // Node would end this process at once, and cut off what is in flight.
      worker.exitedAfterDisconnect = true
      resolve('alone')
    })
  })
}

function answerQuestions({ auth, figures }: Service): void {
  const answers: { readonly [Asked in Question]: () => Answers[Asked] | Promise<Answers[Asked]> } =
    {
      ready: () => auth.ready(),
      figures,
    }
  process.on('message', async (message: ToWorker) => {
    if (message.kind !== 'ask') return
    const { id, question } = message
    await tell({ kind: 'answer', id, answer: await answers[question]() })
  })
}

/** Resolves when it is on its way, or cannot be: then there is nobody to be told. */
function tell(message: ToPrimary): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve())
  })
}
