import { readdirSync, readFileSync } from 'node:fs'
import { get, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Credential } from '../support/client.ts'
import type { ServerProcess } from '../support/server-process.ts'

/** The processes that the server has started, oldest first. */
export function workersOf({ id }: ServerProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === id)
    .map(Number)
    .sort((a, b) => a - b)
}

export function isRunning(id: number): boolean {
  return parentOf(String(id)) !== undefined
}

/** `undefined` of a process that is gone, or dead and not yet buried. */
function parentOf(id: string): number | undefined {
  try {
    // The name stands in brackets, and may hold anything.
    const [state, parent] =
      readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return state === 'Z' ? undefined : Number(parent)
  } catch {
    return undefined
  }
}

/** The status of `GET /me` over a connection of its own, so that any worker may answer. */
export function freshMe(url: string, headers: Credential): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${url}/me`, { agent: false, headers }, (response) => {
      response
        .resume()
        .once('end', () => resolve(response.statusCode ?? 0))
        .once('error', reject)
    }).once('error', reject)
  })
}

/** The status of a sign-in over a connection of its own. */
export function freshSignIn(
  url: string,
  person: { email: string; password: string },
): Promise<number> {
  const { email, password } = person
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    request(`${url}/login`, { agent: false, method: 'POST', headers }, (response) => {
      text(response).then(() => resolve(response.statusCode ?? 0), reject)
    })
      .once('error', reject)
      .end(JSON.stringify({ email, password, transport: 'bearer' }))
  })
}

interface LogLine {
  readonly worker?: number
  readonly msg: string
  readonly route?: string
  readonly status?: number
  readonly pause?: number
}

export function logOf({ stderr }: ServerProcess): LogLine[] {
  // The last line may not be there as a whole.
  return stderr
    .slice(0, stderr.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** The numbers of the workers that gave such an answer. */
export function answerersOf(server: ServerProcess, route: string, status: number): Set<number> {
  const lines = logOf(server).filter((line) => line.route === route && line.status === status)
  return new Set(lines.map(({ worker }) => worker as number))
}
