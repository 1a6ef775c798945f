import type { DeviceId, TrustedDevice } from '../core/devices/index.ts'
import { Secret } from '../kernel/secret.ts'
import { deviceOf } from './device.ts'
import { type Exchange, personOf, refuse } from './exchange.ts'
import { problem } from './problems.ts'
import type { SignedIn } from './route.ts'

type SignedInExchange = Exchange & SignedIn

/** `GET /devices`: the browsers in which no code is asked for. */
export async function listDevices(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const devices = await devicesOf(exchange)
  return context.answers.json(requestId, 200, {
    devices: devices.map(({ id, agent, address, isCurrent, createdAt, seenAt, expiresAt }) => ({
      id,
      current: isCurrent,
      device: deviceOf(agent),
      address,
      created_at: new Date(createdAt).toISOString(),
      last_seen_at: new Date(seenAt).toISOString(),
      expires_at: new Date(expiresAt).toISOString(),
    })),
  })
}

/** `DELETE /devices/{id}`: a code is asked for there again. */
export async function endDevice(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, actor, parameters } = exchange
  const removed = await context.secondFactor.removeDevice(actor, parameters['id'] as DeviceId)
  if (!removed) return refuse(exchange, problem('not_found'))
  return context.answers.json(requestId, 200, { message: 'Device is not trusted any more' })
}

export async function devicesOf({
  context,
  request,
  actor,
}: Pick<SignedInExchange, 'context' | 'request' | 'actor'>): Promise<
  (TrustedDevice & { readonly isCurrent: boolean })[]
> {
  const person = await personOf(context, actor)
  const token = context.cookies.device.read(request.headers.get('cookie'))
  return person
    ? context.devices.list(person, token === undefined ? undefined : new Secret(token))
    : []
}
