import { afterAll, describe, expect, it } from 'vitest'
import { OverloadedError } from '../kernel/errors.ts'
import { createPasswordContext, type PasswordContext } from './context.ts'
import { PasswordContextError, type PasswordContextOptions } from './options.ts'

const opened: PasswordContext[] = []
afterAll(() => Promise.all(opened.map((context) => context.close())))

const cheap = { argon2id: { memory: 64, passes: 1 }, bcrypt: { cost: 4 } }

function contextOf(options: PasswordContextOptions = {}): PasswordContext {
  const context = createPasswordContext({ threads: 1, costs: cheap, ...options })
  opened.push(context)
  return context
}

const password = 'correct horse battery staple'

describe('a queue that is full', () => {
  it('sends callers away at once, serves those who wait, and counts', async () => {
    const context = contextOf({ queue: 4 })
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => context.hash(password)),
    )
    const refused = results.filter((result) => result.status === 'rejected')
    expect(results.length - refused.length).toBe(6)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(OverloadedError)
    expect(context.counts).toEqual({ waiting: 0, refused: 34, cancelled: 0 })
    expect((await context.verify(password, await context.hash(password))).ok).toBe(true)
  })

  it('refuses no right password for want of a better hash', async () => {
    const context = contextOf({ schemes: ['argon2id', 'bcrypt'] })
    const older = await context.hash(password, { scheme: 'bcrypt' })
    const full = new OverloadedError('the queue is full', 2)
    // Between the verification and the hash others have come.
    const crowded = Object.assign(context, { hash: () => Promise.reject(full) })
    expect(await crowded.verifyAndUpdate(password, older)).toEqual({
      ok: true,
      needsRehash: true,
      scheme: 'bcrypt',
    })
  })

  it('is left by who gives up, whose hash is never made', async () => {
    const context = contextOf({ queue: 4 })
    const gone = new AbortController()
    const busy = [context.hash(password), context.hash(password)]
    const given = context.hash(password, { signal: gone.signal })
    gone.abort()
    await expect(given).rejects.toThrow()
    expect(context.counts).toEqual({ waiting: 0, refused: 0, cancelled: 1 })
    expect(await Promise.all(busy)).toHaveLength(2)
  })
})

describe('a context that is closed', () => {
  it('has done all that waited, and starts nothing again', async () => {
    const context = createPasswordContext({ threads: 1, costs: cheap })
    const asked = Promise.all(Array.from({ length: 8 }, () => context.hash(password)))
    await context.close()
    const [hash] = await asked
    await expect(context.hash(password)).rejects.toThrow(PasswordContextError)
    await expect(context.verify(password, hash)).rejects.toThrow('closed')
    await context.close()
  })
})
