/**
 * What is left of the processor's hash rate when passwords are hashed by the server? Registrations and
 * sign-ins through HTTP (SQLite, each on disk before it is answered, log on), against the same
 * argon2id in a bare loop on the same cores.
 */
import { expecting, requestBytes } from './http.ts'
import { underLoad } from './load.ts'
import { password, post, somebodyNew } from './people.ts'
import { startSallyport } from './processes.ts'
import { rawHashes } from './raw-hash.ts'
import { optionsOf, report } from './report.ts'

/** Keeps every thread busy, and stays far below the queue's bound of 128: nobody is sent away. */
const connections = 32
const accounts = 100

await using server = await startSallyport()
const people = Array.from({ length: accounts }, somebodyNew)
for (const person of people) await post(server.port, '/register', person)
await using raw = rawHashes()

const registrations = underLoad('registrations', {
  server,
  connections,
  next: () => requestBytes({ method: 'POST', path: '/register', json: somebodyNew() }),
  check: expecting(201, '{"message":"User registered successfully"}'),
})

const signIns = underLoad('sign-ins', {
  server,
  connections,
  next: () =>
    requestBytes({ method: 'POST', path: '/login', json: { email: anyone().email, password } }),
  check: expecting(200, '{"message":"Login successful"}'),
})

await report(
  {
    title: `Registrations and sign-ins, ${connections} connections, argon2id with the default cost`,
    variants: [raw, registrations, signIns],
    comparisons: [
      { of: 'registrations', to: raw.name, by: 'rate', goal: 0.85 },
      { of: 'sign-ins', to: raw.name, by: 'rate', goal: 0.85 },
    ],
  },
  optionsOf({ rounds: 9, seconds: 4 }),
)

function anyone() {
  return people[Math.floor(Math.random() * accounts)] as (typeof people)[number]
}
