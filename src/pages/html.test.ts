import { describe, expect, it } from 'vitest'
import { html } from './html.ts'

describe('html', () => {
  it('escapes everything that could end a text or a quoted attribute', () => {
    const hostile = `<b title="x">'&`
    expect(String(html`<p title="${hostile}">${hostile}</p>`)).toBe(
      '<p title="&lt;b title=&quot;x&quot;&gt;&#39;&amp;">&lt;b title=&quot;x&quot;&gt;&#39;&amp;</p>',
    )
  })

  it('keeps markup that it made itself, and lists of it', () => {
    expect(String(html`<ul>${['a', '<'].map((item) => html`<li>${item}</li>`)}</ul>`)).toBe(
      '<ul><li>a</li><li>&lt;</li></ul>',
    )
  })

  it('writes nothing for what is absent', () => {
    expect(String(html`<p>${undefined}${false}</p>`)).toBe('<p></p>')
  })

  it('does not compile with a promise or an object, which would be printed as something else', () => {
    // @ts-expect-error: a promise would make the whole page one
    expect(html`${Promise.resolve('late')}`).toBeInstanceOf(Promise)
    // @ts-expect-error: would read "[object Object]"
    expect(String(html`${{ name: 'Ada' }}`)).toBe('[object Object]')
  })
})
