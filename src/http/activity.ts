import { type AuditEntry, auditTypes } from '../core/audit/index.ts'
import { activityPage, type ListedEvent } from '../pages/activity.ts'
import { deviceOf } from './device.ts'
import type { Exchange } from './exchange.ts'
import type { SignedIn } from './route.ts'
import { causeText, methodsText } from './texts.ts'

type SignedInExchange = Exchange & SignedIn

/** On one page, and in one answer. */
const shown = 50

/** `GET /activity`: what is written of the own account, the last first; `before` asks for what is earlier. */
export async function listActivity(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId } = exchange
  const { entries, next } = await entriesFor(exchange)
  return context.answers.json(requestId, 200, {
    events: entries.map(({ seq, at, type, outcome, session, client, details }) => ({
      id: seq,
      at: new Date(at).toISOString(),
      type,
      outcome,
      session: session ?? null,
      device: deviceOf(client.agent),
      address: client.address,
      details,
    })),
    next: next ?? null,
  })
}

/** `GET /account/activity`: the same for people. */
export async function showActivity(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, query } = exchange
  const { entries, next } = await entriesFor(exchange)
  const html = activityPage({
    frame: context.frame,
    events: entries.map(listed),
    older: next === undefined ? undefined : `/account/activity?before=${next}`,
    isNewest: beforeIn(query) === undefined,
  })
  return context.answers.page(requestId, 200, html)
}

async function entriesFor({ context, actor, query }: SignedInExchange) {
  // One more than is shown tells whether there are more.
  const found = await context.audit.ofAccount(actor.accountId, shown + 1, beforeIn(query))
  const entries = found.slice(0, shown)
  return { entries, next: found.length > shown ? entries.at(-1)?.seq : undefined }
}

/** What is no number asks for nothing. */
function beforeIn(query: Exchange['query']): number | undefined {
  const text = query.get('before') ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

const looks = { success: 'done', refused: 'refused', alarm: 'alarm' } as const

function listed(entry: AuditEntry): ListedEvent {
  const { at, type, outcome, client } = entry
  return {
    at: new Date(at),
    what: auditTypes[type][1],
    more: moreOf(entry),
    look: looks[outcome],
    device: deviceOf(client.agent),
    address: client.address,
  }
}

function moreOf({ at, details }: AuditEntry): string {
  if ('methods' in details) {
    return `By ${methodsText(details.methods.map((method) => ({ method, at })))}`
  }
  if ('cause' in details) return causeText(details.cause)
  if ('left' in details) return `${details.left} left`
  return ''
}
