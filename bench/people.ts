/** Somebody with an account. */
export interface Person {
  readonly email: string
  readonly full_name: string
  readonly password: string
}

export const password = 'correct horse battery staple'

/** No two calls of one process give the same person. */
export function somebodyNew(): Person {
  count += 1
  return { email: `person-${count}@example.com`, full_name: `Person ${count}`, password }
}

let count = 0

/** Sends JSON and expects a 2xx answer. */
export async function post(
  port: number,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`)
  return response
}
