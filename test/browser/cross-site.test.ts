import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { foreignSite } from './foreign-site.ts'
import { password, registered, signedInAs, signIn } from './visitor.ts'

const server = await startServer()
const site = await foreignSite()

describe.each([
  ['on another site', site.elsewhere],
  ['next door: same host, other port', site.nextDoor],
])('a page %s', (_, origin) => {
  const visit = async (html: string): Promise<Page> => {
    const page = await openPage()
    site.html = html
    return page
  }

  it('cannot sign anybody in by a form it sends', async () => {
    const { email } = await registered(server)
    const page = await visit(form('/login', { email, password }))
    await page.goto(origin)
    expect(await statusOfNext(page, () => page.getByRole('button').click())).toBe(403)
    expect(await page.context().cookies(server.url)).toEqual([])
  })

  it('cannot swap the account of somebody who is signed in', async () => {
    const [ada, eve] = [await registered(server), await registered(server)]
    const page = await visit(form('/login', { email: eve.email, password }))
    await signIn(page, server, ada)
    await page.goto(origin)
    expect(await statusOfNext(page, () => page.getByRole('button').click())).toBe(403)
    expect(await signedInAs(page, server)).toBe(ada.email)
  })

  it('cannot sign anybody out by a form it sends', async () => {
    const ada = await registered(server)
    const page = await visit(form('/logout', {}))
    await signIn(page, server, ada)
    await page.goto(origin)
    expect(await statusOfNext(page, () => page.getByRole('button').click())).toBe(403)
    expect(await signedInAs(page, server)).toBe(ada.email)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'cannot make an account by a form in %s',
    async (enctype) => {
      const email = `planted-${enctype.replace('/', '-')}-${origin.length}@example.com`
      const page = await visit(form('/register', { email, full_name: 'Eve', password }, enctype))
      await page.goto(origin)
      expect(await statusOfNext(page, () => page.getByRole('button').click())).toBe(403)
      await expect(signIn(page, server, { email, full_name: 'Eve' })).rejects.toThrow()
    },
  )

  it('can change nothing by fetch, with credentials and any content type it may send', async () => {
    const [ada, eve] = [await registered(server), await registered(server)]
    const page = await visit('')
    await signIn(page, server, ada)
    const before = await page.context().cookies(server.url)
    await page.goto(origin)
    const mark = await logMark(page)

    const login = JSON.stringify({ email: eve.email, password })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      expect(await postByScript(page, '/login', login, type, 'no-cors')).toBe('nothing')
      expect(await postByScript(page, '/logout', '{}', type, 'no-cors')).toBe('nothing')
    }
    // A browser asks before it sends JSON to another origin. It is not given leave, so it never does.
    expect(await postByScript(page, '/login', login, 'application/json', 'cors')).toBe('nothing')
    expect(await postByScript(page, '/logout', '{}', 'application/json', 'cors')).toBe('nothing')

    const each = ['/login 403', '/logout 403']
    await expect.poll(() => postsSince(mark)).toEqual([...each, ...each])
    expect(await page.context().cookies(server.url)).toEqual(before)
    expect(await signedInAs(page, server)).toBe(ada.email)
  })

  it('can read nothing about the person who is signed in', async () => {
    const page = await visit('')
    await signIn(page, server, await registered(server))
    await page.goto(origin)
    for (const path of ['/me', '/dashboard', '/login']) {
      const read = page.evaluate<string>(
        `fetch('${server.url}${path}', { credentials: 'include' }).then((it) => it.text())`,
      )
      await expect(read).rejects.toThrow('Failed to fetch')
    }
  })

  it.each(['/login', '/dashboard', '/nowhere'])('cannot show %s in a frame', async (path) => {
    const page = await visit(`<iframe src="${server.url}${path}"></iframe>`)
    await signIn(page, server, await registered(server))
    await page.goto(origin)
    const framed = () => page.frames().map((frame) => frame.url())
    await expect.poll(framed).toEqual([`${origin}/`, 'chrome-error://chromewebdata/'])
  })

  it('can reach no window of ours that it has opened', async () => {
    const page = await visit('')
    await page.goto(origin)
    const popup = page.waitForEvent('popup')
    await page.evaluate(`window.opened = window.open('${server.url}/login')`)
    await (await popup).getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate('opened.closed')).toBe(true)
    expect(await (await popup).evaluate('window.opener')).toBeNull()
  })
})

it('the same requests sign the same people in and out when our own pages make them', async () => {
  const { email } = await registered(server)
  const page = await openPage()
  await page.goto(`${server.url}/login`)
  const login = JSON.stringify({ email, password })
  expect(await postByScript(page, '/login', login, 'application/json', 'cors')).toBe(200)
  expect(await signedInAs(page, server)).toBe(email)
  expect(await postByScript(page, '/logout', '{}', 'application/json', 'cors')).toBe(200)
  expect(await signedInAs(page, server)).toBeUndefined()
})

function form(path: string, fields: Record<string, string>, enctype = ''): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input name="${name}" value="${value}">`,
  )
  return `<form method="post" action="${server.url}${path}" enctype="${enctype}">${inputs.join('')}<button>Kittens!</button></form>`
}

/** The status of what the server answers to the page's next POST. */
async function statusOfNext(page: Page, action: () => Promise<void>): Promise<number> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await action()
  return (await answered).status()
}

/** What the page's script learns of the answer. */
async function postByScript(
  page: Page,
  path: string,
  body: string,
  type: string,
  mode: string,
): Promise<number | 'nothing'> {
  const headers = { 'content-type': type }
  const options = JSON.stringify({ method: 'POST', mode, credentials: 'include', headers, body })
  return await page.evaluate(
    `fetch('${server.url}${path}', ${options}).then((it) => it.status || 'nothing', () => 'nothing')`,
  )
}

/** A place in the server's log: after all that was asked of it so far. */
async function logMark(page: Page): Promise<string> {
  const { 'x-request-id': id = 'none' } = (await page.request.get(`${server.url}/me`)).headers()
  await expect.poll(() => server.stderr).toContain(id)
  return id
}

/** The POSTs that reached the server since then, with their status. */
function postsSince(mark: string): string[] {
  const [, since = ''] = server.stderr.split(mark)
  return [...since.matchAll(/^.*"method":"POST".*$/gm)].map(([line]) => {
    const { route, status } = JSON.parse(line)
    return `${route} ${status}`
  })
}
