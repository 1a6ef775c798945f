import type { Configuration } from '../config/index.ts'
import { Answers } from '../http/answers.ts'
import { createManagementApp, type ManagementOptions } from '../http/management.ts'
import { systemRandom } from '../kernel/random.ts'
import { type Listener, listen } from './listener.ts'

/** @throws {ConfigurationError} The address or port cannot be had. */
export function listenForOperators(
  { management_host: host, management_port: port }: Configuration,
  answering: Pick<ManagementOptions, 'isReady' | 'metrics'>,
): Promise<Listener> {
  const fetch = createManagementApp({
    answers: new Answers(false),
    random: systemRandom,
    ...answering,
  })
  return listen({ fetch, host, port, setting: 'MANAGEMENT_PORT' })
}
