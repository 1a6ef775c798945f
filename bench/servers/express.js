import bcrypt from 'bcrypt'
import express from 'express'
import session from 'express-session'
import { sessionStore } from './session-store.js'

/**
 * What many tutorials build: Express, its session middleware, bcrypt on libuv's pool. Accounts are kept
 * in memory, and sessions too where `STORE` says nothing else; nothing is logged.
 */
const cost = process.env['CHEAP_PASSWORDS'] ? 4 : 12
const accounts = new Map()
const store = await sessionStore()

const app = express()
app.disable('x-powered-by')
app.use(express.json())
app.use(
  session({
    secret: process.env['SECRET'],
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
    ...(store && { store }),
  }),
)

app.post('/register', async (request, response) => {
  const { email, password } = request.body
  accounts.set(email, { email, hash: await bcrypt.hash(password, cost) })
  response.status(201).json({ email })
})

app.post('/login', async (request, response, next) => {
  const { email, password } = request.body
  const account = accounts.get(email)
  if (!account || !(await bcrypt.compare(password, account.hash))) {
    response.status(401).json({ error: 'invalid credentials' })
    return
  }
  // A new id at each sign-in: its documents' way against session fixation.
  request.session.regenerate((error) => {
    if (error) return next(error)
    request.session.email = email
    response.json({ email })
  })
})

app.get('/me', (request, response) => {
  const account = accounts.get(request.session.email)
  if (account) response.json({ email: account.email })
  else response.status(401).json({ error: 'not signed in' })
})

app.listen(Number(process.env['PORT']), '127.0.0.1')
