import { describe, expect, it } from 'vitest'
import type { App } from '../support/app.ts'
import { jsonOf, somebody, startApp } from '../support/app.ts'

const strength = await startApp()
const nist = await startApp({ passwordPolicy: 'nist' })
const composition = await startApp({ passwordPolicy: 'composition' })

/** What registration says about a password: nothing when it is taken. */
async function saidAbout(app: App, password: string, person = somebody()): Promise<string[]> {
  const response = await app.postJson('/register', { ...person, password })
  if (response.status === 201) return []
  expect(response.status).toBe(422)
  const { errors } = await jsonOf(response)
  expect(errors.every((one: { field: string }) => one.field === 'password')).toBe(true)
  return errors.map((one: { message: string }) => one.message)
}

const notFromContext =
  'Password must not be built from your name, your e-mail address or the name of this service'

const triedFirst =
  'This is one of the passwords that are tried first. Choose words that do not belong together'

describe('the policy "strength"', () => {
  it.each([
    'twelve chars',
    'kelp omit jug',
    'xqvjzkwphgmy',
    'Grüße, Łódź!',
    '🔑🦊🌵🎈🧭🪐🍋🐙🎻🧊🛶🌋',
  ])('takes twelve characters of any kind that are hard to guess: %s', async (password) => {
    expect(await saidAbout(strength, password)).toEqual([])
  })

  it.each([
    [' '.repeat(12), 'Repeats like “abcabc” are easy to guess'],
    ['🔑'.repeat(12), 'Repeats like “abcabc” are easy to guess'],
    ['abcabcabcabc', 'Repeats like “abcabc” are easy to guess'],
    ['abcdefghijklmn', 'Sequences like “abcd” or “one two three” are easy to guess'],
    ['zxcvbnm,./;lk', 'Neighbouring keys like “qwerty” are easy to guess'],
    ['mary17051985', 'Names, dates and years are easy to guess'],
    ['12 characters', 'This is easy to guess. Add another word or two'],
  ])('refuses %s, which is easy to guess, and says why', async (password, advice) => {
    const [said, ...more] = await saidAbout(strength, password)
    expect(said).toContain(advice)
    expect(more).toEqual([])
  })

  it.each(['Password1234', 'P@ssw0rd12345', 'iloveyou2024', 'dragondragon', 'qwertyuiopasdfghjkl'])(
    'refuses %s, which is tried first',
    async (password) => {
      expect(await saidAbout(strength, password)).toEqual([triedFirst])
    },
  )

  it('names the rule for programs, and never the value', async () => {
    const password = 'abcabcabcabc'
    const response = await strength.postJson('/register', { ...somebody(), password })
    const text = await response.text()
    expect(JSON.parse(text).errors).toEqual([
      { field: 'password', rule: 'guessable', message: expect.stringMatching(/^Repeats like/) },
    ])
    expect(text).not.toContain(password)
  })

  it('refuses eleven characters, however many bytes they are', async () => {
    const said = ['Password must be at least 12 characters']
    expect(await saidAbout(strength, 'elevenchars')).toEqual(said)
    expect(await saidAbout(strength, '🔑'.repeat(11))).toEqual(said)
  })

  it('refuses passwords built from what is known of the person and of the service', async () => {
    const person = somebody({ full_name: 'Florence Nightingale' })
    for (const password of ['Nightingale12', 'nightingaleflorence', person.email]) {
      expect(await saidAbout(strength, password, person)).toEqual([notFromContext])
    }
    expect(await saidAbout(strength, 'Sallyport2030')).toEqual([notFromContext])
    const long = 'nightingale with seven other words'
    expect(await saidAbout(strength, long, person)).toEqual([])
  })
})

describe('the policy "nist"', () => {
  it('takes fifteen lower-case letters and refuses fourteen', async () => {
    expect(await saidAbout(nist, 'fifteenletterss')).toEqual([])
    expect(await saidAbout(nist, 'x'.repeat(15))).toEqual([])
    expect(await saidAbout(nist, 'fourteenletter')).toEqual([
      'Password must be at least 15 characters',
    ])
  })

  it.each(['passwordpassword', 'Basketball12345', 'monkeymonkeymonkey123!'])(
    'refuses %s, which is tried first',
    async (password) => {
      expect(await saidAbout(nist, password)).toEqual([triedFirst])
    },
  )
})

describe('the policy "composition"', () => {
  it.each([
    ['Aa1!Aa1!Aa1', ['Password must be at least 12 characters']],
    ['aa1!aa1!aa1!', ['Password must contain uppercase letter']],
    ['AA1!AA1!AA1!', ['Password must contain lowercase letter']],
    ['Aaa!Aaa!Aaa!', ['Password must contain digit']],
    ['Aa11Aa11Aa11', ['Password must contain special character']],
    [
      'aaa',
      [
        'Password must be at least 12 characters',
        'Password must contain uppercase letter',
        'Password must contain digit',
        'Password must contain special character',
      ],
    ],
    ['Aa1!Aa1!Aa1!', []],
    ['Straße-9-ÖÄÜ', []],
    ['MySecurePassword123!', []],
    ['Password123!', []],
    ['Sallyport-123!', [notFromContext]],
  ])('says of %s: %j', async (password, said) => {
    expect(await saidAbout(composition, password)).toEqual(said)
  })

  it('counts each of these as special: !@#$%^&*()_+-=[]{}|;:,.<>?', async () => {
    const taken = [...'!@#$%^&*()_+-=[]{}|;:,.<>?'].map((character) =>
      saidAbout(composition, `Abcdefghi123${character}`),
    )
    expect((await Promise.all(taken)).flat()).toEqual([])
  })
})

describe('every policy', () => {
  it('takes up to 1024 bytes and refuses one more', async () => {
    const person = somebody()
    const longest = 'violet harbour lantern '.repeat(45).slice(0, 1024).padEnd(1024, '.')
    expect(await saidAbout(strength, longest, person)).toEqual([])
    expect((await strength.postJson('/login', { ...person, password: longest })).status).toBe(200)
    expect(await saidAbout(strength, `${longest}p`)).toEqual(['Password is too long'])
    expect(await saidAbout(strength, 'ö'.repeat(513))).toEqual(['Password is too long'])
  })

  it.each([
    ['after 72 bytes', 'violet harbour lantern '.repeat(4), 'and the rest', 'and the rust'],
    ['after a NUL', 'violet harbour\0', 'lantern', 'lantarn'],
  ])('cuts nothing off, not even %s', async (_where, start, end, other) => {
    const ann = await strength.registered({ password: start + end })
    expect((await strength.postJson('/login', ann)).status).toBe(200)
    for (const password of [start, start.slice(0, -1), start + other]) {
      expect((await strength.postJson('/login', { ...ann, password })).status).toBe(401)
    }
  })

  it('takes letter case and blanks seriously', async () => {
    const ann = await strength.registered({ password: ' Violet harbour lantern ' })
    expect((await strength.postJson('/login', ann)).status).toBe(200)
    for (const password of [' violet harbour lantern ', 'Violet harbour lantern']) {
      expect((await strength.postJson('/login', { ...ann, password })).status).toBe(401)
    }
  })

  it('knows a password again whichever way its letters are composed, but not by look-alikes', async () => {
    const ann = await strength.registered({ password: 'schöne grüße, ﬁne' })
    const asComposed = (form: string) => ann.password.normalize(form)
    expect(
      (await strength.postJson('/login', { ...ann, password: asComposed('NFD') })).status,
    ).toBe(200)
    expect(
      (await strength.postJson('/login', { ...ann, password: asComposed('NFKC') })).status,
    ).toBe(401)
  })

  it('does not judge a password at sign-in: only whether it is the right one', async () => {
    const { email } = await strength.registered()
    const response = await strength.postJson('/login', { email, password: 'x' })
    expect(response.status).toBe(401)
  })

  it('is told on the register page before anything is typed', async () => {
    expect(await (await strength.get('/register')).text()).toContain('At least 12 characters.')
    expect(await (await nist.get('/register')).text()).toContain('At least 15 characters.')
    expect(await (await composition.get('/register')).text()).toContain(
      'An upper-case and a lower-case letter, a digit and a special character.',
    )
  })
})
