import {
  type Answer,
  type Credential,
  credentialOf,
  type Person,
  send,
  sendJson,
  signIn,
  someoneSignedIn,
} from '../support/client.ts'
import { connectedTo } from './postgres-rows.ts'
import type { Deployment } from './three-nodes.ts'

/** Somebody who is signed in twice. */
export interface SignedInTwice {
  readonly person: Person
  /** Of the session that will end. */
  readonly credential: Credential
  /** Of the session that the person acts by. */
  readonly acting: Credential
}

/** Ends the session at a node. Resolves when that is acknowledged, with what the person acts by from now on. */
type Revoke = (
  url: string,
  someone: SignedInTwice,
  deployment: Deployment,
) => Promise<Credential | undefined>

export interface RevocationKind {
  readonly kind: string
  /** Who is asked to end it. */
  readonly by: 'node' | 'database'
  readonly revoke: Revoke
}

export async function someoneSignedInTwice(url: string): Promise<SignedInTwice> {
  const { person, credential } = await someoneSignedIn(url)
  return { person, credential, acting: credentialOf(await signIn(url, person)) }
}

export const signOut: RevocationKind = {
  kind: 'a sign-out',
  by: 'node',
  revoke: async (url, { credential, acting }) => {
    expectOk(await sendJson(`${url}/logout`, {}, credential))
    return acting
  },
}

/** Word of them comes from whoever ended the session. */
export const ofSessions: readonly RevocationKind[] = [
  signOut,
  {
    kind: 'the end of one session',
    by: 'node',
    revoke: async (url, { credential, acting }) => {
      const { body } = await send(`${url}/sessions`, { headers: credential })
      const own = JSON.parse(body).sessions.find(({ current }: { current: boolean }) => current)
      expectOk(await send(`${url}/sessions/${own.id}`, { method: 'DELETE', headers: acting }))
      return acting
    },
  },
]

/** Word of them comes from PostgreSQL, of the account as a whole. */
export const ofAccounts: readonly RevocationKind[] = [
  {
    kind: 'the end of all other sessions',
    by: 'node',
    revoke: async (url, { acting }) =>
      renewed(await send(`${url}/sessions`, { method: 'DELETE', headers: acting })),
  },
  {
    kind: 'a password change',
    by: 'node',
    revoke: async (url, { person: { password }, acting }) => {
      const change = { current_password: password, new_password: `${password} and more` }
      return renewed(await sendJson(`${url}/password/change`, change, acting))
    },
  },
  {
    kind: 'disabling by SQL',
    by: 'database',
    revoke: async (_, { person: { email } }, { databaseUrl }) => {
      const disable = `update accounts set status = 'disabled', epoch = epoch + 1 where email = $1`
      const client = await connectedTo(databaseUrl)
      try {
        if ((await client.query(disable, [email])).rowCount !== 1) throw new Error('no account')
      } finally {
        await client.end()
      }
      return undefined
    },
  },
]

function renewed(answer: Answer): Credential {
  expectOk(answer)
  return credentialOf(answer)
}

function expectOk({ status, body }: Answer): void {
  if (status !== 200) throw new Error(`not acknowledged: ${status} ${body}`)
}
