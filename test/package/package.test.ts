import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/clean-up.ts'
import { freePort } from '../support/ports.ts'
import { type Installed, packAndInstall, run } from './installed.ts'
import { startProgram } from './installed-server.ts'
import { hiddenField, Visitor } from './visitor.ts'

const repository = join(import.meta.dirname, '../..')
const email = 'robin@mail.example'
const password = 'quiet lanterns over the marsh'

let installed: Installed
let bin: string

beforeAll(async () => {
  installed = await packAndInstall()
  bin = join(installed.folder, 'node_modules/.bin/sallyport')
})

describe('the tarball', () => {
  it('holds what runs and what its users read, and nothing else of the repository', () => {
    const { files } = installed
    const allowed = /^(bin|dist)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/
    expect(files.filter((path) => !allowed.test(path))).toEqual([])
    const sources = /\.test\.|(?<!\.d)\.ts$|(^|\/)(src|test)\//
    expect(files.filter((path) => sources.test(path))).toEqual([])
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md']))
  })

  it('brings no development dependency along', () => {
    const { devDependencies } = manifestIn(repository)
    const isThere = (name: string) => existsSync(join(installed.folder, 'node_modules', name))
    expect(Object.keys(devDependencies).filter(isThere)).toEqual([])
  })
})

describe('the installed library', () => {
  it('gives exactly its public names', async () => {
    const { exports } = manifestIn(join(installed.folder, 'node_modules/sallyport'))
    expect(Object.keys(exports)).toEqual([
      '.',
      './node',
      './passwords',
      './tokens',
      './testing',
      './package.json',
    ])
    expect(await namesIn('sallyport')).toEqual([
      'ConfigurationError',
      'OverloadedError',
      'SallyportError',
      'Secret',
      'StoreUnavailableError',
      'createAuth',
    ])
    expect(await namesIn('sallyport/node')).toEqual(['toNodeHandler'])
    expect(await namesIn('sallyport/passwords')).toEqual([
      'HashRefusedError',
      'OverloadedError',
      'PasswordContextError',
      'SallyportError',
      'checkComposition',
      'createPasswordContext',
      'defaultSchemes',
    ])
    expect(await namesIn('sallyport/tokens')).toEqual([
      'TokenKeyError',
      'TokenMisuseError',
      'algorithms',
      'createJwks',
      'createTokens',
      'exportJwk',
      'exportPem',
      'exportPrivateJwk',
      'exportPrivatePem',
      'generateKey',
      'importJwk',
      'importJwks',
      'importPem',
      'importSecret',
      'signToken',
      'thumbprint',
      'verifyToken',
    ])
  })

  it('gives the contracts of its stores to whoever has Vitest', async () => {
    const link = join(installed.folder, 'node_modules/vitest')
    symlinkSync(join(repository, 'node_modules/vitest'), link)
    try {
      expect(await namesIn('sallyport/testing')).toEqual([
        'FakeClock',
        'aSession',
        'aTokenHash',
        'accountStoreContract',
        'anAccount',
        'anInstant',
        'auditStoreContract',
        'deviceStoreContract',
        'factorStoreContract',
        'limitStoreContract',
        'passkeyStoreContract',
        'passwordStoreContract',
        'pendingLoginStoreContract',
        'refreshFamilyStoreContract',
        'sessionStoreContract',
        'signingKeyStoreContract',
      ])
    } finally {
      rmSync(link)
    }
  })

  it('lets nobody import what is not public', async () => {
    const inside = `import('sallyport/dist/auth.js').catch(({ code }) => console.log(code))`
    const { stdout } = await runNode(['--input-type=module', '--eval', inside])
    expect(stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n')
  })

  it('has types that hold under the strictest settings', async () => {
    const settings = {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
        types: ['node'],
        typeRoots: [join(repository, 'node_modules/@types')],
      },
      files: ['consumer.mts'],
    }
    writeFileSync(join(installed.folder, 'tsconfig.json'), JSON.stringify(settings))
    const compile = async (source: string) => {
      writeFileSync(join(installed.folder, 'consumer.mts'), source)
      const tsc = join(repository, 'node_modules/.bin/tsc')
      return await run(tsc, ['--project', '.'], { cwd: installed.folder })
    }
    expect(await compile(consumer)).toEqual({ code: 0, stdout: '', stderr: '' })
    const mistaken = await compile(consumer.replace(`kind === 'signed_in'`, `kind === 'signed'`))
    expect(mistaken.stdout).toContain('TS2367')
    expect(mistaken.code).not.toBe(0)
  })
})

describe('the installed command', () => {
  it('runs by its name', async () => {
    const { version } = manifestIn(repository)
    const { folder } = installed
    const npx = await run('npx', ['--no', '--', 'sallyport', '--version'], { cwd: folder })
    expect(npx).toMatchObject({ code: 0, stdout: `${version}\n` })
    const secret = await run(bin, ['secret'], { cwd: folder })
    expect(secret).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[\w-]{43}\n$/),
      stderr: '',
    })
  })

  it('serves, in an empty folder, pages with their styles, and hashes passwords', async () => {
    const cwd = temporaryFolder()
    const { url, env, readyUrl } = await addresses()
    const server = await startProgram({ program: bin, args: ['serve'], cwd, env, readyUrl })
    expect(server.stdout).toContain(`Data       ${join(cwd, 'data')}`)

    const visitor = new Visitor(url)
    const page = await (await visitor.get('/login')).text()
    const [style] = await assetsOf(visitor, page, /<link rel="stylesheet" href="([^"]+)"/)
    expect(style).toEqual({ status: 200, type: 'text/css', isEmpty: false })
    const [script] = await assetsOf(visitor, page, /<script src="([^"]+)"/)
    expect(script).toEqual({ status: 200, type: 'text/javascript', isEmpty: false })

    const given = { email, full_name: 'Robin Marsh', password }
    expect((await visitor.submit('/register', given)).status).toBe(303)
    expect((await visitor.submit('/login', { email, password })).headers.get('location')).toBe(
      '/dashboard',
    )
    expect(await (await visitor.get('/dashboard')).text()).toContain('Robin Marsh')
    expect(await server.stop()).toBe(0)
  })

  it('says in one line that a Node.js is too old', async () => {
    const { node, options } = await oldNode()
    const result = await run(node, [...options, bin, 'serve'], { cwd: temporaryFolder() })
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: 'sallyport: Node.js 24 or later is needed\n',
    })
  })
})

describe('the example for node:http', () => {
  it('is shorter than 40 lines', () => {
    const source = readFileSync(join(repository, 'examples/node-http/server.ts'), 'utf8')
    expect(source.trimEnd().split('\n').length).toBeLessThan(40)
  })

  it('shows its page to nobody but who has signed in, until they sign out', async () => {
    const cwd = join(installed.folder, 'example')
    mkdirSync(cwd)
    copyFileSync(join(repository, 'examples/node-http/server.ts'), join(cwd, 'server.ts'))
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    const server = await startProgram({
      program: process.execPath,
      args: ['server.ts'],
      cwd,
      env: { PORT: port },
      readyUrl: `${url}/login`,
    })
    const visitor = new Visitor(url)
    const turnedAway = await visitor.get('/private')
    expect(turnedAway.status).toBe(303)
    expect(turnedAway.headers.get('location')).toBe('/login?next=/private')

    await visitor.submit('/register', { email, full_name: '<b>Robin</b> & Co', password })
    const form = await (await visitor.get('/login?next=/private')).text()
    const next = hiddenField(form, 'next')
    const signedIn = await visitor.submit('/login', { email, password, next })
    expect(signedIn.headers.get('location')).toBe('/private')

    const page = await visitor.get('/private')
    expect(page.headers.get('cache-control')).toBe('no-store')
    const text = await page.text()
    expect(text).toContain('&#60;b&#62;Robin&#60;/b&#62; &#38; Co')
    expect(text).not.toContain('<b>')

    const dashboard = await (await visitor.get('/dashboard')).text()
    const csrf_token = hiddenField(dashboard, 'csrf_token')
    expect((await visitor.submit('/logout', { csrf_token })).status).toBe(303)
    expect((await visitor.get('/private')).status).toBe(303)
    expect(await server.stop()).toBe(0)
  })
})

const consumer = `
import { createServer } from 'node:http'
import { type Auth, type AuthOptions, ConfigurationError, createAuth, type LoginOutcome } from 'sallyport'
import { toNodeHandler } from 'sallyport/node'

const options: AuthOptions = { dataDir: 'data', sessionIdle: '10m', passwordPolicy: 'nist' }
const auth: Auth = await createAuth(options)
const outcome: LoginOutcome = await auth.login({ email: '', password: '' })
const cookie: string | undefined =
  outcome.kind === 'signed_in' ? auth.cookieFor(outcome.token) : undefined
const who = await auth.authenticate(new Request('http://127.0.0.1/'))
const name: string | undefined = who && (await auth.accounts.find(who.accountId))?.fullName
const problems = (error: unknown) => (error instanceof ConfigurationError ? error.problems : [])
createServer(toNodeHandler(auth))
console.log(cookie, name, problems(undefined))
`

function manifestIn(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

async function namesIn(specifier: string): Promise<string[]> {
  const list = `console.log(JSON.stringify(Object.keys(await import('${specifier}')).sort()))`
  const { stdout, stderr } = await runNode(['--input-type=module', '--eval', list])
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

function runNode(args: readonly string[]) {
  return run(process.execPath, args, { cwd: installed.folder })
}

async function addresses() {
  const [port, managementPort] = [String(await freePort()), String(await freePort())]
  return {
    url: `http://127.0.0.1:${port}`,
    env: { SALLYPORT_PORT: port, SALLYPORT_MANAGEMENT_PORT: managementPort },
    readyUrl: `http://127.0.0.1:${managementPort}/health/ready`,
  }
}

async function assetsOf(visitor: Visitor, page: string, pattern: RegExp) {
  const paths = pattern.exec(page)?.slice(1) ?? []
  return await Promise.all(
    paths.map(async (path) => {
      const response = await visitor.get(path)
      const type = response.headers.get('content-type')?.split(';')[0]
      return { status: response.status, type, isEmpty: (await response.text()) === '' }
    }),
  )
}

/** The system's, where it is old enough; else this one, made to believe that it is. */
async function oldNode(): Promise<{ node: string; options: string[] }> {
  const system = '/usr/bin/node'
  if (existsSync(system)) {
    const { stdout } = await run(system, ['--version'])
    if (Number(/^v(\d+)/.exec(stdout)?.[1]) < 24) return { node: system, options: [] }
  }
  const preload = join(temporaryFolder(), 'old.cjs')
  const versions = `{ ...process.versions, node: '20.19.0' }`
  writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${versions} })`)
  return { node: process.execPath, options: ['--require', preload] }
}
