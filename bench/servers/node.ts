import { createServer } from 'node:http'
import { answer, port, timeouts } from './answer.ts'

/** The floor of the platform: no framework at all. */
const { status, body } = answer
const headers = { ...answer.headers, 'content-length': Buffer.byteLength(body) }

createServer(timeouts, (request, response) => {
  if (request.url !== '/me') {
    response.writeHead(404, { 'content-length': 0 }).end()
    return
  }
  response.writeHead(status, headers).end(body)
}).listen(port, '127.0.0.1')
