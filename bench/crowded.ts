import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createAuth } from '../src/index.ts'
import { asBrowsersDo, cookiesOf, type Dialect, sallyport } from './contenders.ts'
import { type Person, post, somebodyNew } from './people.ts'
import { freshFolder, type RunningServer } from './processes.ts'
import { addToSqlite, somebodySignedIn, unmoved } from './signed-in.ts'

/** A server in which many are signed in. */
export interface Crowded {
  readonly server: RunningServer
  /** Where it says who is asking. */
  readonly path: string
  /** Of some of them, each of another person. */
  readonly cookies: readonly string[]
}

/** Sallyport on SQLite with so many sessions, each of another account; `asking` of them are told. */
export async function crowdedSallyport(
  stack: AsyncDisposableStack,
  { sessions, asking }: { readonly sessions: number; readonly asking: number },
  cores: string | undefined,
): Promise<Crowded> {
  const folder = freshFolder()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  // Makes the file and its tables.
  await (await createAuth({ dataDir })).close()
  const cookies: string[] = []
  addToSqlite(
    join(dataDir, 'sallyport.db'),
    crowd(sessions, Math.floor(sessions / asking), cookies),
  )
  const env = { SALLYPORT_DATA_DIR: dataDir, SALLYPORT_SESSION_IDLE: unmoved.sessionIdle }
  return { server: stack.use(await sallyport.start(cores, env)), path: sallyport.session, cookies }
}

/** One at a time: a million of them would fill the memory. Every so many leaves its cookie. */
function* crowd(count: number, every: number, cookies: string[]) {
  for (let turn = 0; turn < count; turn += 1) {
    const somebody = somebodySignedIn()
    if (turn % every === 0) cookies.push(somebody.cookie)
    yield somebody
  }
}

/** Another server: so many people, each of whom has signed in so many times. */
export async function crowdedRival(
  stack: AsyncDisposableStack,
  dialect: Dialect,
  { people, times }: { readonly people: number; readonly times: number },
  env: Readonly<Record<string, string>>,
  cores: string | undefined,
): Promise<Crowded> {
  const server = stack.use(await dialect.start(cores, { ...env, CHEAP_PASSWORDS: 'yes' }))
  const headers = asBrowsersDo(server)
  const settle = async (person: Person): Promise<string> => {
    await post(server.port, dialect.register.path, dialect.register.body(person), headers)
    let cookies = ''
    for (let time = 0; time < times; time += 1) {
      const { email, password } = person
      const signedIn = await post(server.port, dialect.signIn, { email, password }, headers)
      cookies = cookiesOf(signedIn)
      // Read to its end, so that the connection can be used again.
      await signedIn.text()
    }
    return cookies
  }
  const cookies: string[] = []
  for (let group = 0; group < people; group += atOnce) {
    const newcomers = Array.from({ length: Math.min(atOnce, people - group) }, somebodyNew)
    cookies.push(...(await Promise.all(newcomers.map(settle))))
  }
  return { server, path: dialect.session, cookies }
}

/** People who are on their way in at the same time. */
const atOnce = 20
