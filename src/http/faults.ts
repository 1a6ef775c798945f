import { OverloadedError, StoreUnavailableError } from '../kernel/errors.ts'
import { type Exchange, refuse } from './exchange.ts'
import { type Problem, problem } from './problems.ts'

/** The last resort: whatever was thrown, the answer is one of ours and says nothing of the inside. */
export function refuseFault(exchange: Exchange, error: unknown): Promise<Response> {
  // Too much to do is no failure, and a trace for each would be more to do.
  if (error instanceof OverloadedError) {
    const headers = { 'retry-after': String(error.retryAfterSeconds) }
    return refuse(exchange, problem('overloaded', headers))
  }
  const { context, request, requestId } = exchange
  if (request.signal.aborted) return refuse(exchange, problem('client_closed'))
  if (error instanceof StoreUnavailableError) context.meters.storeFailed(error.store)
  context.log.error({ request_id: requestId, err: error }, 'request failed')
  return refuse(exchange, faultProblem(error))
}

function faultProblem(error: unknown): Problem {
  if (error instanceof StoreUnavailableError)
    return problem('store_unavailable', { 'retry-after': '1' })
  return problem('internal_error')
}
