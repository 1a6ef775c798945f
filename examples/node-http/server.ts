/** A `node:http` app with a page for people who are signed in: `node server.ts` */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createAuth } from 'sallyport'
import { toNodeHandler } from 'sallyport/node'

const port = Number(process.env['PORT'] ?? 3000)
const auth = await createAuth({ url: `http://127.0.0.1:${port}`, dataDir: 'data' })
const sallyport = toNodeHandler(auth)

const server = createServer((request, response) =>
  request.url === '/private'
    ? showPrivate(request, response).catch(() =>
        response.writeHead(503).end('Try again in a moment'),
      )
    : sallyport(request, response),
)
server.listen(port, '127.0.0.1', () => console.log(`Open http://127.0.0.1:${port}/private`))
process.once('SIGTERM', () => server.close(() => auth.close()))

async function showPrivate(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const who = await auth.authenticate(request)
  const person = who && (await auth.accounts.find(who.accountId))
  if (!person) {
    response.writeHead(303, { location: '/login?next=/private' }).end()
    return
  }
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(`<!doctype html>
<title>Private</title>
<p>Only you can see this, ${escaped(person.fullName)}.
<p><a href="/dashboard">Your account</a>`)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
