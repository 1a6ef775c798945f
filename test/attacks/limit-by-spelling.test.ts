import { describe, expect, it } from 'vitest'
import { asForm, type Person, somebody, startApp } from '../support/app.ts'
import {
  attempt,
  cheapHashes,
  refusedFor,
  seenFrom,
  strangerAt,
  wrongPassword,
} from '../support/places.ts'

/** Ways to write one address: whoever reads it takes them for one account. */
const spellings: readonly (readonly [how: string, write: (email: string) => string])[] = [
  ['as it is', (email) => email],
  ['in upper case', (email) => email.toUpperCase()],
  ['in every other letter', (email) => email.replace(/(.)(.)/g, (_, a, b) => a + b.toUpperCase())],
  ['with blanks around it', (email) => `  ${email}\t`],
  ['with lines around it', (email) => `\n${email}\r\n`],
  ['with a no-break space', (email) => `\u00a0${email}`],
  ['in full-width letters', (email) => email.replace('person', '\uff50\uff45\uff52son')],
  ['with a full-width @', (email) => email.replace('@', '\uff20')],
  ['with a long s', (email) => email.replace('s', '\u017f')],
  ['in mathematical letters', (email) => email.replace('o', '\u{1d45c}')],
  ['with a dotless ideographic stop', (email) => email.replace('.test.', '\u3002test\u3002')],
  ['composed', (email) => email.replace('xn--bcher-kva', 'b\u00fccher')],
  ['decomposed', (email) => email.replace('xn--bcher-kva', 'bu\u0308cher')],
]

const app = await startApp({ ...cheapHashes, limits: 'registration=off,sign_in=off' })

let places = 0

/** A network from which nobody has come yet. */
function newPlace(): string {
  places += 1
  return strangerAt(places)
}

function bookish(): Promise<Person> {
  const { email } = somebody()
  return app.registered({ email: email.replace('mail', 'xn--bcher-kva') })
}

/** How many of these have looked at the account’s password. */
async function lookedAt(work: (email: string, place: string) => Promise<unknown>): Promise<number> {
  const { email } = await bookish()
  const [place, before] = [newPlace(), refusedFor(app, 'wrong_password')]
  await Promise.all(spellings.map(([, write]) => work(write(email), place)))
  return refusedFor(app, 'wrong_password') - before
}

describe('writing an address in another way', () => {
  it('gives nobody more tries: of all spellings together five are looked at', async () => {
    expect(await lookedAt((email, place) => attempt(app, place, { email }))).toBe(5)
  })

  it('gives nobody more tries at /token either', async () => {
    const looked = await lookedAt((username, place) => {
      const fields = new URLSearchParams({ username, password: wrongPassword }).toString()
      return seenFrom(app, place).request('POST', '/token', asForm, fields)
    })
    expect(looked).toBe(5)
  })

  it('gives nobody more tries in process', async () => {
    const looked = await lookedAt((email, address) =>
      app.auth.login({ email, password: wrongPassword, address }),
    )
    expect(looked).toBe(5)
  })

  it.each(spellings)('is counted with the others: %s', async (_how, write) => {
    const [person, place] = [await bookish(), newPlace()]
    for (let at = 0; at < 5; at += 1) {
      expect((await attempt(app, place, { email: person.email })).status).toBe(401)
    }
    const email = write(person.email)
    // Whoever takes it for the account counts it as the account; whoever does not looks at nothing.
    const isTheAccount = (await attempt(app, newPlace(), { ...person, email })).status === 200
    expect((await attempt(app, place, { email })).status).toBe(isTheAccount ? 429 : 422)
  })

  it('is another account where it is another mailbox: nobody’s count is anybody else’s', async () => {
    const [{ email }, place] = [await bookish(), newPlace()]
    for (let at = 0; at < 5; at += 1) await attempt(app, place, { email })
    for (const other of [email.replace('@', '+a@'), `a.${email}`, email.replace('p', 'q')]) {
      expect((await attempt(app, place, { email: other })).status).toBe(401)
    }
    expect((await attempt(app, place, { email })).status).toBe(429)
  })
})
