import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { answer, port, timeouts } from './answer.ts'

/** The floor of the framework: one route, one Response with all its headers. */
const app = new Hono()
app.get('/me', () => {
  const { status, headers, body } = answer
  return new Response(body, { status, headers })
})

serve({ fetch: app.fetch, port, hostname: '127.0.0.1', serverOptions: timeouts })
