import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../kernel/errors.ts'
import { describeConfiguration } from './describe.ts'
import { loadConfiguration } from './load.ts'
import { reviewConfiguration } from './review.ts'

const folder = mkdtempSync(`${tmpdir()}/sallyport-config-`)
afterAll(() => rmSync(folder, { recursive: true }))

const key = 'q8Zk3vN1xW5rT7yB9mC2dF4gH6jL0pSa'

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text)
  return `${folder}/${name}`
}

function problems(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfiguration(environment)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

describe('configuration', () => {
  it('needs nothing to be set', () => {
    const configuration = loadConfiguration({ PATH: '/bin' })
    expect(configuration.url.origin).toBe('http://127.0.0.1:8000')
    expect(configuration.management_port).toBe(9000)
    expect(configuration.session_idle).toBe(30 * 60 * 1000)
    expect(configuration.password_policy).toBe('strength')
    expect(reviewConfiguration(configuration)).toEqual([])
  })

  it('reports every problem at once, by name and rule, never with the value', () => {
    const found = problems({
      SALLYPORT_PORT: 'eighty',
      SALLYPORT_SESSION_IDLE: 'half an hour',
      SALLYPORT_PASSWORD_POLICY: 'hunter2',
      SALLYPORT_SECRET: 'hunter2',
    })
    expect(found).toEqual([
      'SALLYPORT_PORT must be a whole number from 1 to 65535',
      expect.stringMatching(/^SALLYPORT_SECRET must be a random text of at least 32 characters/),
      'SALLYPORT_PASSWORD_POLICY must be one of: strength, nist, composition',
      'SALLYPORT_SESSION_IDLE must be a duration from 1m to 365d, such as 90s, 30m, 12h or 7d',
    ])
    expect(found.join()).not.toMatch(/hunter2|eighty|half/)
  })

  it('refuses names that it does not know and suggests the one that was meant', () => {
    expect(problems({ SALLYPORT_PROT: '1' })).toEqual([
      'SALLYPORT_PROT is not a setting; did you mean SALLYPORT_PORT?',
    ])
    expect(problems({ SALLYPORT_QUITE_ANOTHER_THING: '1' })).toEqual([
      'SALLYPORT_QUITE_ANOTHER_THING is not a setting',
    ])
    expect(problems({ SALLYPORT_PORT_FILE: '/x' })).toEqual([
      'SALLYPORT_PORT_FILE is not a setting',
    ])
  })

  it('reads a file in the form of an env file, and the environment wins', () => {
    const path = file('a.env', '# ours\nSALLYPORT_PORT=8100\nSALLYPORT_SERVICE_NAME="Acme Id"\n')
    const configuration = loadConfiguration({
      SALLYPORT_CONFIG_FILE: path,
      SALLYPORT_PORT: '8200',
    })
    expect(configuration.port).toBe(8200)
    expect(configuration.service_name).toBe('Acme Id')
    expect(configuration.sources).toMatchObject({ port: 'environment', service_name: 'file' })
  })

  it('refuses a file that is not there or holds something else', () => {
    expect(problems({ SALLYPORT_CONFIG_FILE: `${folder}/none` })).toEqual([
      'SALLYPORT_CONFIG_FILE names a file that cannot be read (ENOENT)',
    ])
    expect(problems({ SALLYPORT_CONFIG_FILE: file('b.env', 'PORT=1\n') })).toEqual([
      'PORT in SALLYPORT_CONFIG_FILE is not a setting',
    ])
  })

  it('reads a secret from a file, and refuses to choose when it is given twice', () => {
    const path = file('key', `${key}\n`)
    const configuration = loadConfiguration({ SALLYPORT_SECRET_FILE: path })
    expect(configuration.secret?.map((one) => one.expose())).toEqual([key])
    expect(problems({ SALLYPORT_SECRET_FILE: path, SALLYPORT_SECRET: key })).toEqual([
      'SALLYPORT_SECRET is given twice, as text and as file',
    ])
  })

  it.each([
    'your-secret-key-keep-it-secret-00',
    '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
    'changeme-changeme-changeme-changeme',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'short',
  ])('refuses a master key that others know or could guess: %s', (secret) => {
    expect(problems({ SALLYPORT_SECRET: secret })).toHaveLength(1)
  })

  it('accepts several master keys, the one in use first', () => {
    const { secret } = loadConfiguration({ SALLYPORT_SECRET: `${key}, ${key.toLowerCase()}` })
    expect(secret?.map((one) => one.expose())).toEqual([key, key.toLowerCase()])
  })

  it.each(['http://id.example.com', 'http://10.0.0.1:8000', 'http://127.0.0.1.example.com'])(
    'refuses plain http for anything but this machine, unless told: %s',
    (url) => {
      expect(problems({ SALLYPORT_URL: url })).toEqual([
        expect.stringMatching(/^SALLYPORT_URL must be https/),
      ])
      const told = loadConfiguration({
        SALLYPORT_URL: url,
        SALLYPORT_ALLOW_INSECURE_HTTP: 'true',
        SALLYPORT_PASSWORD_GRANT: 'false',
      })
      expect(reviewConfiguration(told)).toEqual([expect.stringContaining('public address is http')])
    },
  )

  it.each([
    'id.example.com',
    'ftp://id.example.com',
    'https://id.example.com/path',
    'https://user:pass@id.example.com',
    'https://id.example.com/?a=b',
    'javascript:alert(1)',
  ])('refuses a public address that is not an origin: %s', (url) => {
    expect(problems({ SALLYPORT_URL: url })).toHaveLength(1)
  })

  it.each([
    'http://ranges.example.com/',
    'ftp://ranges.example.com/',
    'https://user:pass@ranges.example.com/',
    'https://ranges.example.com/range?key=7',
    'https://ranges.example.com/#range',
    'ranges.example.com',
  ])('refuses to ask for breached passwords at %s', (url) => {
    expect(problems({ SALLYPORT_BREACHED_PASSWORDS_URL: url })).toEqual([
      expect.stringMatching(/^SALLYPORT_BREACHED_PASSWORDS_URL must be an https address/),
    ])
  })

  it('asks for breached passwords in a folder, and nowhere unless told', () => {
    const asked = (url: string) =>
      loadConfiguration({ SALLYPORT_BREACHED_PASSWORDS_URL: url }).breached_passwords_url?.href
    expect(loadConfiguration({}).breached_passwords_url).toBeUndefined()
    expect(asked('https://ranges.example.com/range')).toBe('https://ranges.example.com/range/')
    expect(asked('http://127.0.0.1:9090')).toBe('http://127.0.0.1:9090/')
  })

  it('refuses an idle limit beyond the lifetime', () => {
    expect(problems({ SALLYPORT_SESSION_IDLE: '2d' })).toEqual([
      'SALLYPORT_SESSION_IDLE must not be longer than SALLYPORT_SESSION_LIFETIME',
    ])
  })

  it.each([
    [
      { SALLYPORT_REFRESH_TOKEN_IDLE: '60d' },
      'SALLYPORT_REFRESH_TOKEN_IDLE must not be longer than SALLYPORT_REFRESH_TOKEN_LIFETIME',
    ],
    [
      { SALLYPORT_ACCESS_TOKEN_LIFETIME: '2h', SALLYPORT_REFRESH_TOKEN_IDLE: '1h' },
      'SALLYPORT_ACCESS_TOKEN_LIFETIME must not be longer than SALLYPORT_REFRESH_TOKEN_IDLE',
    ],
  ])('refuses tokens that outlive what they hang on: %j', (environment, problem) => {
    expect(problems(environment)).toEqual([problem])
  })

  it('takes access tokens to be for the public address, unless it is told', () => {
    const url = { SALLYPORT_URL: 'https://id.example.com' }
    expect(loadConfiguration(url).token_audience).toBe('https://id.example.com')
    const told = { ...url, SALLYPORT_TOKEN_AUDIENCE: 'https://api.example.com' }
    expect(loadConfiguration(told).token_audience).toBe('https://api.example.com')
  })

  it.each(['nonsense', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', '10.0.0.0/-1', 'example.com'])(
    'refuses a trusted proxy that is not an address or network: %s',
    (text) => {
      expect(problems({ SALLYPORT_TRUSTED_PROXIES: text })).toHaveLength(1)
    },
  )

  it('keeps sessions in Redis when it is known where that is, and nothing else was said', () => {
    const url = { SALLYPORT_REDIS_URL: 'redis://127.0.0.1' }
    expect(loadConfiguration(url).session_store).toBe('redis')
    expect(loadConfiguration({}).session_store).toBe('database')
    const said = { ...url, SALLYPORT_SESSION_STORE: 'database' }
    expect(loadConfiguration(said).session_store).toBe('database')
  })

  it.each(['memory', 'filesystem'])(
    'finds nothing wrong with sessions in %s beside SQLite',
    (store) => {
      const configuration = loadConfiguration({ SALLYPORT_SESSION_STORE: store })
      expect(reviewConfiguration(configuration)).toEqual([])
    },
  )

  it('takes a number of workers, or one for each core', () => {
    expect(loadConfiguration({}).workers).toBe(1)
    expect(loadConfiguration({ SALLYPORT_WORKERS: '128' }).workers).toBe(128)
    const cores = Math.min(availableParallelism(), 128)
    expect(loadConfiguration({ SALLYPORT_WORKERS: 'auto' }).workers).toBe(cores)
  })

  it.each(['0', '129', '-1', '1.5', 'x', '', 'Auto', '1e2'])(
    'refuses %j as a number of workers',
    (text) => {
      expect(problems({ SALLYPORT_WORKERS: text })).toEqual([
        'SALLYPORT_WORKERS must be a whole number from 1 to 128, or auto',
      ])
    },
  )

  it('refuses to keep sessions in the memory of one worker among several', () => {
    const memory = { SALLYPORT_SESSION_STORE: 'memory' }
    expect(problems({ ...memory, SALLYPORT_WORKERS: '1' })).toEqual([])
    expect(problems({ ...memory, SALLYPORT_WORKERS: '2' })).toEqual([
      'SALLYPORT_SESSION_STORE must not be memory with more than one worker (SALLYPORT_WORKERS): no worker would know the sessions of the others',
    ])
  })

  it('is shown with its secrets masked', () => {
    const shown = describeConfiguration(
      loadConfiguration({
        SALLYPORT_SECRET: key,
        SALLYPORT_DATABASE_URL: 'postgres://u:hunter2@localhost/x',
        SALLYPORT_BREACHED_PASSWORDS_URL: 'https://ranges.example.com/range/',
      }),
    )
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|q8Zk3v/)
    expect(shown).toContainEqual({
      name: 'SALLYPORT_SECRET',
      value: '(secret)',
      source: 'environment',
    })
    expect(shown).toContainEqual({
      name: 'SALLYPORT_BREACHED_PASSWORDS_URL',
      value: 'https://ranges.example.com/range',
      source: 'environment',
    })
    expect(shown).toContainEqual({
      name: 'SALLYPORT_SESSION_IDLE',
      value: '30m',
      source: 'default',
    })
  })
})
