import cookie from '@fastify/cookie'
import session from '@fastify/session'
import fastify from 'fastify'
import { sessionStore } from './session-store.js'

/**
 * Fastify with its session plugin. No passwords: whoever names an account gets a session. A session is
 * written when it has changed, not with every answer, and nothing is logged.
 */
const accounts = new Map()
const store = await sessionStore()

const app = fastify()
await app.register(cookie)
await app.register(session, {
  secret: process.env['SECRET'],
  saveUninitialized: false,
  rolling: false,
  cookie: { httpOnly: true, sameSite: 'lax', secure: false },
  ...(store && { store }),
})

app.post('/register', async (request, reply) => {
  const { email } = request.body
  accounts.set(email, { email })
  reply.code(201)
  return { email }
})

app.post('/login', async (request, reply) => {
  const account = accounts.get(request.body.email)
  if (!account) return reply.code(401).send({ error: 'unknown' })
  await request.session.regenerate()
  request.session.email = account.email
  return { email: account.email }
})

app.get('/me', async (request, reply) => {
  const account = accounts.get(request.session.email)
  if (!account) return reply.code(401).send({ error: 'not signed in' })
  return { email: account.email }
})

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' })
