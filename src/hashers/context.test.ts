import { afterAll, describe, expect, it } from 'vitest'
import { createPasswordContext, type PasswordContext } from './context.ts'
import { PasswordContextError, type PasswordContextOptions } from './options.ts'
import { HashRefusedError } from './scheme.ts'

const opened: PasswordContext[] = []
afterAll(() => Promise.all(opened.map((context) => context.close())))

const cheap = {
  argon2id: { memory: 64, passes: 1 },
  bcrypt: { cost: 4 },
  bcrypt_sha256: { cost: 4 },
}

function contextOf(options: PasswordContextOptions = {}): PasswordContext {
  const context = createPasswordContext({ threads: 1, costs: cheap, ...options })
  opened.push(context)
  return context
}

const password = 'correct horse battery staple'

describe('password context', () => {
  const context = contextOf({ schemes: ['argon2id', 'bcrypt', 'hex_md5'] })

  it('makes hashes by its first scheme, with a salt of their own, and verifies them', async () => {
    const [one, other] = await Promise.all([context.hash(password), context.hash(password)])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[^$]{22}\$[^$]{43}$/)
    expect(other).not.toBe(one)
    expect(await context.verify(password, one)).toEqual({
      ok: true,
      needsRehash: false,
      scheme: 'argon2id',
    })
    expect(await context.verify('WrongPassword', one)).toEqual({
      ok: false,
      needsRehash: false,
      scheme: 'argon2id',
    })
  })

  it('takes bytes for a password as well', async () => {
    const hash = await context.hash(Buffer.from(password))
    expect((await context.verify(password, hash)).ok).toBe(true)
    expect((await context.verify(Buffer.from([0xff, 0xfe]), hash)).ok).toBe(false)
  })

  it('marks every scheme but the first for replacement, and gives the new hash at once', async () => {
    const old = await context.hash(password, { scheme: 'bcrypt' })
    expect(old).toMatch(/^\$2b\$04\$/)
    expect(context.needsRehash(old)).toBe(true)
    const { newHash, ...rest } = await context.verifyAndUpdate(password, old)
    expect(rest).toEqual({ ok: true, needsRehash: true, scheme: 'bcrypt' })
    expect(newHash).toMatch(/^\$argon2id\$/)
    expect(await context.verifyAndUpdate('wrong', old)).toEqual({
      ok: false,
      needsRehash: false,
      scheme: 'bcrypt',
    })
    expect(await context.verifyAndUpdate(password, newHash)).not.toHaveProperty('newHash')
  })

  it('marks a weaker cost of the same scheme too, and no stronger one', async () => {
    const hash = await context.hash(password)
    for (const [memory, needsRehash] of [
      [128, true],
      [64, false],
      [32, false],
    ] as const) {
      const other = contextOf({ costs: { argon2id: { memory, passes: 1 } } })
      expect(other.needsRehash(hash)).toBe(needsRehash)
    }
    expect(contextOf({ costs: { argon2id: { memory: 64, passes: 2 } } }).needsRehash(hash)).toBe(
      true,
    )
  })

  it('replaces only what it is told to', async () => {
    const kept = contextOf({ schemes: ['argon2id', 'bcrypt', 'scrypt'], deprecated: ['scrypt'] })
    expect(kept.needsRehash(await context.hash(password, { scheme: 'bcrypt' }))).toBe(false)
    const lasting = contextOf({ schemes: ['argon2id', 'bcrypt'], deprecated: [] })
    expect(lasting.needsRehash(await context.hash(password, { scheme: 'bcrypt' }))).toBe(false)
  })

  it('names the scheme of a hash, or none', async () => {
    expect(context.identify(await context.hash(password))).toBe('argon2id')
    expect(context.identify('5f4dcc3b5aa765d61d8327deb882cf99')).toBe('hex_md5')
    expect(context.identify('pbkdf2_sha256$1$x$y')).toBeUndefined()
  })

  it.each([
    null,
    undefined,
    '',
    '__proto__',
    'constructor',
    '$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    '$2b$16$dJ1LfLKIe5qTnvmIioquGu/qqBchwRz3gechFJXJ7rd2sJGJBJoQy',
    `$keyed$k=gone$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzYWx0$${'A'.repeat(43)}`,
    'x'.repeat(100_000),
  ])('refuses what is no hash of its schemes, and does not throw: %o', async (hash) => {
    const refusal = { ok: false, needsRehash: false, scheme: undefined }
    expect(await context.verify(password, hash)).toEqual(refusal)
    expect(await context.verifyAndUpdate(password, hash)).toEqual(refusal)
    expect(context.identify(hash)).toBeUndefined()
    expect(context.needsRehash(hash)).toBe(true)
  })

  it('composes what it hashes, and tries the form as typed on what it did not make', async () => {
    const typed = 'cafe\u0301 noir and two croissants'
    const composed = typed.normalize('NFC')
    const ours = await context.hash(typed)
    expect((await context.verify(composed, ours)).ok).toBe(true)
    expect((await context.verify(typed, ours)).ok).toBe(true)

    const theirs = await context.hash(Buffer.from(typed))
    expect(await context.verify(typed, theirs)).toMatchObject({ ok: true, needsRehash: true })
    expect((await context.verify(composed, theirs)).ok).toBe(false)
    expect((await context.verify(typed, theirs, { normalForm: 'nfc' })).ok).toBe(false)
  })

  it('has a decoy of the current cost that no password matches', async () => {
    expect(context.decoy()).toContain('$m=64,t=1,p=1$')
    expect(context.decoy()).not.toBe(context.decoy())
    expect(await context.verify(password, context.decoy())).toMatchObject({ ok: false })
  })

  it('says what it makes, by how many threads, in how much memory', () => {
    const { making } = contextOf({ threads: 3, costs: {} })
    expect(making).toEqual({
      scheme: 'argon2id',
      cost: { memory: 19_456, passes: 2, lanes: 1 },
      threads: 3,
      memory: 3 * 19 * 1024 * 1024,
    })
  })
})

describe('bcrypt in a context', () => {
  it('hashes no password that it would cut, and matches none', async () => {
    const context = contextOf({ schemes: ['bcrypt'] })
    const most = 'a'.repeat(72)
    const hash = await context.hash(most)
    expect((await context.verify(most, hash)).ok).toBe(true)
    expect((await context.verify(`${most}b`, hash)).ok).toBe(false)
    await expect(context.hash(`${most}b`)).rejects.toThrow(HashRefusedError)
    await expect(context.hash('a\0b')).rejects.toMatchObject({ reason: 'password_with_nul' })
    expect((await context.verify('', await context.hash('x'))).ok).toBe(false)
  })

  it('takes its time over what it cannot hash, and never for what a hash takes', async () => {
    const costs = { ...cheap, bcrypt: { cost: 10 } }
    const context = contextOf({ schemes: ['bcrypt', 'argon2id'], costs })
    const [decoy, older] = [context.decoy(), await context.hash('older', { scheme: 'argon2id' })]
    // Enough for a thread to forget what it had learnt.
    for (let count = 0; count < 20; count++) await context.verify('a'.repeat(73), decoy)
    const cases = {
      usual: ['wrong', decoy],
      long: ['a'.repeat(73), decoy],
      older: ['wrong', older],
    }
    const times = { usual: [] as number[], long: [] as number[], older: [] as number[] }
    // In turns, so that a busy machine is as busy for each of them.
    for (let round = 0; round < 15; round++) {
      for (const name of ['usual', 'long', 'older'] as const) {
        const [given, hash] = cases[name] as [string, string]
        const began = performance.now()
        await context.verify(given, hash)
        times[name].push(performance.now() - began)
      }
    }
    const median = (all: number[]) => all.sort((a, b) => a - b)[7] ?? 0
    // Without the rule they take a hundredth of it.
    expect(median(times.long)).toBeGreaterThan(median(times.usual) / 4)
    expect(median(times.older)).toBeGreaterThan(median(times.usual) / 4)
    // These threads come last: on a busy machine they wait for everybody else.
  }, 90_000)

  it('lets a right password in that it could not hash, and leaves its older hash as it is', async () => {
    const context = contextOf({ schemes: ['bcrypt', 'argon2id'] })
    const long = 'a'.repeat(73)
    const older = await context.hash(long, { scheme: 'argon2id' })
    const kept = { ok: true, needsRehash: false, scheme: 'argon2id' }
    expect(await context.verify(long, older)).toEqual(kept)
    expect(await context.verifyAndUpdate(long, older)).toEqual(kept)
  })

  it('has room for all of it as bcrypt_sha256', async () => {
    const context = contextOf({ schemes: ['bcrypt_sha256', 'bcrypt'] })
    const long = 'a'.repeat(100)
    const hash = await context.hash(long)
    expect((await context.verify(long, hash)).ok).toBe(true)
    expect((await context.verify('a'.repeat(99), hash)).ok).toBe(false)
  })

  it.each([3, 32, 12.5, Number.NaN])('has no cost %d', (cost) => {
    expect(() => contextOf({ schemes: ['bcrypt'], costs: { bcrypt: { cost } } })).toThrow(
      PasswordContextError,
    )
  })

  it.each([
    [4, 4],
    [12, undefined],
    [31, 31],
  ])('has the cost %d when asked for %o', (cost, asked) => {
    const costs = asked === undefined ? {} : { bcrypt: { cost: asked } }
    expect(contextOf({ schemes: ['bcrypt'], costs }).making.cost).toEqual({ cost })
  })

  it('verifies a cost beyond the bound only where it is its own', () => {
    const hash = '$2b$16$dJ1LfLKIe5qTnvmIioquGu/qqBchwRz3gechFJXJ7rd2sJGJBJoQy'
    expect(contextOf({ schemes: ['bcrypt'] }).identify(hash)).toBeUndefined()
    const own = contextOf({ schemes: ['bcrypt'], costs: { bcrypt: { cost: 16 } } })
    expect(own.identify(hash)).toBe('bcrypt')
  })
})

describe('pepper', () => {
  const first = { id: '2025', key: `${'k'.repeat(31)}1` }
  const second = { id: '2026', key: `${'k'.repeat(31)}2` }

  it('makes hashes that are worth nothing without the key', async () => {
    const context = contextOf({ pepper: [first] })
    const hash = await context.hash(password)
    expect(hash).toMatch(/^\$keyed\$k=2025\$argon2id\$/)
    expect((await context.verify(password, hash)).ok).toBe(true)
    expect((await contextOf().verify(password, hash.replace('$keyed$k=2025', ''))).ok).toBe(false)
    const other = contextOf({ pepper: [{ ...first, key: second.key }] })
    expect((await other.verify(password, hash)).ok).toBe(false)
    expect(await contextOf().verify(password, hash)).toMatchObject({ scheme: undefined })
  })

  it('is rotated, added and taken away at the next sign-in', async () => {
    const [plain, before] = [contextOf(), contextOf({ pepper: [first] })]
    const rotated = contextOf({ pepper: [second, first] })
    const { newHash } = await rotated.verifyAndUpdate(password, await before.hash(password))
    expect(newHash).toMatch(/^\$keyed\$k=2026\$/)
    expect(await rotated.verify(password, newHash)).toMatchObject({ ok: true, needsRehash: false })
    const added = await before.verifyAndUpdate(password, await plain.hash(password))
    expect(added.newHash).toMatch(/^\$keyed\$k=2025\$/)
  })

  it('gives bcrypt room for every password', async () => {
    const context = contextOf({ schemes: ['bcrypt'], pepper: [first] })
    const hash = await context.hash('a\0'.repeat(100))
    expect((await context.verify('a\0'.repeat(100), hash)).ok).toBe(true)
    expect((await context.verify('a\0'.repeat(99), hash)).ok).toBe(false)
  })

  it('is of the core alone: nothing else was ever made with it', async () => {
    const context = contextOf({ schemes: ['argon2id', 'hex_md5', 'phpass'], pepper: [first] })
    expect(context.identify('$keyed$k=2025$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0')).toBeUndefined()
    expect(context.identify('$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0')).toBe('phpass')
  })

  it.each([
    [[{ id: 'a b', key: first.key }], 'id'],
    [[{ id: '', key: first.key }], 'id'],
    [[{ id: 'a', key: 'short' }], '32 bytes'],
    [[first, first], 'twice'],
  ])('has ids and keys that can be told apart: %j', (pepper, problem) => {
    expect(() => contextOf({ pepper })).toThrow(problem)
  })
})

describe('misuse', () => {
  it.each<[PasswordContextOptions, string]>([
    [{ schemes: [] }, 'schemes must name at least one'],
    [{ schemes: ['argon2'] }, 'schemes "argon2" is not a scheme'],
    [{ schemes: ['__proto__'] }, 'schemes "__proto__" is not a scheme'],
    [{ schemes: ['hex_md5'] }, 'schemes cannot begin with hex_md5'],
    [{ schemes: ['django_bcrypt'] }, 'schemes cannot begin with django_bcrypt'],
    [{ schemes: ['argon2id', 'bcrypt', 'bcrypt'] }, 'schemes names bcrypt twice'],
    [{ deprecated: ['argon2id'] }, 'deprecated cannot name argon2id'],
    [{ schemes: ['argon2id'], deprecated: ['bcrypt'] }, 'deprecated "bcrypt" is not accepted'],
    [{ costs: { hex_md5: { rounds: 1 } } }, 'costs.hex_md5'],
    [{ costs: { argon2id: { m: 1 } } }, 'costs.argon2id has no part "m"'],
    [{ costs: { argon2id: { memory: 2 ** 21 } } }, 'costs.argon2id is out of bounds'],
    [{ threads: 0 }, 'threads'],
    [{ queue: 1.5 }, 'queue'],
  ])('is a typed error that names the option: %j', (options, message) => {
    expect(() => contextOf(options)).toThrow(PasswordContextError)
    expect(() => contextOf(options)).toThrow(message)
  })

  it('is told apart from a wrong password', async () => {
    const context = contextOf()
    for (const nothing of [undefined, null, 1, {}]) {
      await expect(context.hash(nothing as never)).rejects.toThrow(PasswordContextError)
      await expect(context.verify(nothing as never, 'x')).rejects.toThrow(PasswordContextError)
    }
    await expect(context.hash(password, { scheme: 'hex_md5' })).rejects.toThrow('makes no hashes')
    await expect(context.hash('\ud800')).rejects.toMatchObject({ reason: 'password_not_unicode' })
  })
})
