import { type Answer, type Credential, type Person, send, sendJson } from './client.ts'

/** What a program carries. */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

export async function tokensOf(url: string, { email, password }: Person): Promise<Tokens> {
  const answer = await sendJson(`${url}/login`, { email, password, transport: 'token' })
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.body}`)
  return JSON.parse(answer.body)
}

export function refresh(url: string, { refresh_token }: Tokens): Promise<Answer> {
  return sendJson(`${url}/refresh`, { refresh_token })
}

export function byAccessToken({ access_token }: Tokens): Credential {
  return { authorization: `Bearer ${access_token}` }
}

/** The password grant. */
export function grant(url: string, { email, password }: Person): Promise<Answer> {
  const body = new URLSearchParams({ username: email, password })
  return send(`${url}/token`, { method: 'POST', body })
}

export function keySetOf(answer: Answer): string[] {
  return JSON.parse(answer.body).keys.map(({ kid }: { kid: string }) => kid)
}
