import { describe, expect, it } from 'vitest'
import { jsonOf, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

/** One mailbox in eight spellings: letter case, full-width letters, composed or not, IDN or not. */
const spellings = [
  'jos\u00e9@b\u00fccher.example',
  'JOS\u00c9@B\u00dcCHER.EXAMPLE',
  'jose\u0301@bu\u0308cher.example',
  'jos\u00e9@xn--bcher-kva.example',
  'Jos\u00e9@XN--BCHER-KVA.Example',
  '\uff4aos\u00e9@b\u00fccher.example',
  ' jos\u00e9@b\u00fccher.example ',
  'jos\u00e9@b\u00fccher\uff0eexample',
]

describe.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('registering one address many times at once on %s', (_engine, database) => {
  it('makes exactly one account, and the one who was told 201 has it', async () => {
    const app = await startApp(await database())
    const attempts = Array.from({ length: 32 }, async (_, at) => {
      const email = spellings[at % spellings.length] as string
      const password = `violet harbour lantern ${at}`
      const response = await app.postJson('/register', {
        email,
        full_name: `Racer ${at}`,
        password,
      })
      return { status: response.status, body: await jsonOf(response), email, password }
    })
    const outcomes = await Promise.all(attempts)
    const winners = outcomes.filter(({ status }) => status === 201)
    const losers = outcomes.filter(({ status }) => status !== 201)
    expect(winners).toHaveLength(1)
    expect(losers.map(({ status, body }) => `${status} ${body['code']}`)).toEqual(
      Array(31).fill('400 email_taken'),
    )

    const signIns = outcomes.map(async ({ password }, at) => {
      const email = spellings[(at + 1) % spellings.length]
      return (await app.postJson('/login', { email, password })).status
    })
    const won = outcomes.map(({ status }) => (status === 201 ? 200 : 401))
    expect(await Promise.all(signIns)).toEqual(won)
  })
})
