/**
 * An API of another team: it knows the address of Sallyport, and nothing of its inside. `node server.ts`
 *
 * By itself it verifies signatures. With INTROSPECT=id:secret it asks Sallyport about every token instead.
 */
import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const port = Number(process.env['PORT'] ?? 3001)
const issuer = process.env['ISSUER'] ?? 'http://127.0.0.1:8000'
const audience = process.env['AUDIENCE'] ?? issuer
const credentials = process.env['INTROSPECT']

const server = createServer(async (request, response) => {
  const owner = await ownerOf(request.headers.authorization).catch(() => undefined)
  response.setHeader('cache-control', 'no-store')
  if (owner === undefined) {
    response.setHeader('www-authenticate', 'Bearer realm="items"')
    response.writeHead(401).end()
  } else if (request.method === 'GET' && request.url === '/users/me/items') {
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(JSON.stringify([{ item_id: 'Foo', owner }]))
  } else {
    response.writeHead(404).end()
  }
})
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/users/me/items`))
process.once('SIGTERM', () => server.close())

/** Whose token this is, or `undefined`. */
async function ownerOf(authorization = ''): Promise<string | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (!token) return undefined
  return credentials === undefined ? verified(token) : introspected(token, credentials)
}

const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer))

/** Without asking anybody: it says what was so when the token was made, at most 15 minutes ago. */
async function verified(token: string): Promise<string | undefined> {
  const expected = { issuer, audience, typ: 'at+jwt', algorithms: ['EdDSA'] }
  const { payload } = await jwtVerify(token, keys, expected)
  return payload.sub
}

/** As things are at this moment. */
async function introspected(token: string, known: string): Promise<string | undefined> {
  const response = await fetch(new URL('/introspect', issuer), {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(known).toString('base64')}` },
    body: new URLSearchParams({ token }),
  })
  const answer = (await response.json()) as { active?: boolean; sub?: string }
  return answer.active ? answer.sub : undefined
}
