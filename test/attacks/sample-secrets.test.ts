import { describe, expect, it } from 'vitest'
import { ConfigurationError, createAuth } from '../../src/index.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { runCommand } from '../support/command.ts'

const refused = [
  'your-secret-key',
  'your-secret-key-keep-it-secret-and-change-it',
  'change-me-change-me-change-me-change-me',
  'CHANGEME0123456789abcdefghijklmnopqrstuvw',
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  'this-is-an-example-of-a-secret-of-some-length',
  'a'.repeat(64),
  'abababababababababababababababababababab',
  'short-but-random-Zk3',
  '',
]

describe('a master key that everybody knows (CWE-1392)', () => {
  it.each(refused)('is refused by the library, and not repeated: %j', async (secret) => {
    const error = await createAuth({ dataDir: temporaryFolder(), secret }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as Error).message).toMatch(/^secret must be a random text/)
    if (secret !== '') expect((error as Error).message).not.toContain(secret)
  })

  it('is refused as an older key too', async () => {
    const secret = ['Tq8vZ1xN5rB7kD3mW9pL2sF6hJ4cG0yA', 'change-me-change-me-change-me-change-me']
    await expect(createAuth({ dataDir: temporaryFolder(), secret })).rejects.toThrow(
      /secret must be/,
    )
  })

  it('keeps the server from starting', async () => {
    const env = { SALLYPORT_SECRET: 'your-secret-key-keep-it-secret-and-change-it' }
    const { code, stdout, stderr } = await runCommand(['serve'], env)
    expect(code).not.toBe(0)
    expect(stderr).toContain('SALLYPORT_SECRET must be a random text of your own')
    expect(stdout + stderr).not.toContain(env.SALLYPORT_SECRET)
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})
