import { describe, expect, it } from 'vitest'
import { jsonOf, somebody, startApp } from '../support/app.ts'

const app = await startApp()

describe('registration', () => {
  it('refuses a known address, and the old password stays good', async () => {
    const ann = await app.registered()
    const again = await app.postJson('/register', { ...ann, password: 'another lantern entirely' })
    expect(again.status).toBe(400)
    expect(again.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(await jsonOf(again)).toMatchObject({
      status: 400,
      code: 'email_taken',
      detail: 'Email already registered',
    })
    expect((await app.postJson('/login', ann)).status).toBe(200)
    const usurped = { ...ann, password: 'another lantern entirely' }
    expect((await app.postJson('/login', usurped)).status).toBe(401)
  })

  it.each([
    ['in another case', (email: string) => email.toUpperCase()],
    ['with blanks around it', (email: string) => `  ${email}\t`],
    ['in full-width letters', (email: string) => email.replace('p', '\uff50')],
    [
      'with the domain in Unicode',
      (email: string) => email.replace('xn--bcher-kva', 'b\u00fccher'),
    ],
    ['decomposed', (email: string) => email.replace('xn--bcher-kva', 'bu\u0308cher')],
  ])('knows an address again %s, and so does sign-in', async (_how, spell) => {
    const { email } = somebody()
    const ann = await app.registered({ email: email.replace('mail', 'xn--bcher-kva') })
    const other = { ...ann, email: spell(ann.email) }
    expect(other.email).not.toBe(ann.email)
    expect(await jsonOf(await app.postJson('/register', other))).toMatchObject({
      code: 'email_taken',
    })
    expect((await app.postJson('/login', other)).status).toBe(200)
  })

  it('shows an address and a name as their owner wrote them', async () => {
    const email = somebody().email.replace('person', 'PerSon')
    const ann = await app.registered({ email, full_name: '  Zoë "Z" O’Brien-Łuczak 李 ' })
    const me = await jsonOf(await app.get('/me', { cookie: await app.cookieOf(ann) }))
    expect(me).toMatchObject({ email, name: 'Zoë "Z" O’Brien-Łuczak 李' })
  })

  it.each([
    'nope',
    'a@localhost',
    '@mail.example',
    'a@',
    'a b@mail.example',
    'a@mail..example',
    '',
  ])('refuses what is no e-mail address: %j', async (email) => {
    const response = await app.postJson('/register', { ...somebody(), email })
    expect(response.status).toBe(422)
    expect((await jsonOf(response))['errors']).toEqual([
      {
        field: 'email',
        rule: 'malformed',
        message: 'Enter an e-mail address, such as name@example.com',
      },
    ])
  })

  it.each([
    ['', 'required'],
    [' \u200b ', 'required'],
    ['x'.repeat(201), 'too_long'],
    ['Ann\nLee', 'forbidden_character'],
    ['Ann\u0000Lee', 'forbidden_character'],
    ['Ann \u202egnp.exe', 'forbidden_character'],
  ])('refuses the name %j: %s', async (full_name, rule) => {
    const response = await app.postJson('/register', { ...somebody(), full_name })
    expect(response.status).toBe(422)
    expect((await jsonOf(response))['errors']).toMatchObject([{ field: 'full_name', rule }])
  })

  it('leaves nothing behind when it refuses', async () => {
    const ann = somebody()
    expect((await app.postJson('/register', { ...ann, password: 'short' })).status).toBe(422)
    expect((await app.postJson('/register', { ...ann, full_name: '' })).status).toBe(422)
    expect((await app.postJson('/register', ann)).status).toBe(201)
  })

  it('begins with nobody: there is no account that was not registered', async () => {
    const fresh = await startApp()
    for (const email of ['admin@example.com', 'john@example.com', 'root@localhost.example']) {
      for (const password of ['admin', 'password', 'password123', 'changeme']) {
        expect((await fresh.postJson('/login', { email, password })).status).toBe(401)
      }
    }
  })
})
