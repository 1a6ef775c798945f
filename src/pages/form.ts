import { type Html, html } from './html.ts'
import type { FieldProblem } from './page.ts'
import { strengthMeter } from './strength.ts'

/** One labelled input. `attributes` is markup, so that each page states its own hints to browsers. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'email' | 'password'
  readonly value: string
  readonly attributes: Html
  /** One sentence on what belongs here. */
  readonly hint?: string
  readonly rules?: readonly string[]
  /** A password that is being chosen is measured as it is typed. */
  readonly meter?: true
}

/** A page whose form was refused says so first in its title: it is what a screen reader reads first. */
export function titleOf(heading: string, problems: readonly FieldProblem[]): string {
  return problems.length > 0 ? `Error: ${heading}` : heading
}

/**
 * Everything that is wrong, at the top, each line leading to its field, in the order of the fields.
 * Takes the focus on load, so that it is announced and the next Tab leads to the first link.
 *
 * A problem with a field that this form does not have is shown as text, not as a link to nowhere.
 */
export function errorSummary(
  problems: readonly FieldProblem[],
  fields: readonly Field[],
): Html | undefined {
  if (problems.length === 0) return undefined
  const names: (string | undefined)[] = fields.map(({ name }) => name)
  const inOrder = problems.toSorted((a, b) => names.indexOf(a.field) - names.indexOf(b.field))
  const lines = inOrder.map(({ field, message }) =>
    names.includes(field)
      ? html`<li><a href="#${field}">${message}</a></li>`
      : html`<li>${message}</li>`,
  )
  return html`<div class="summary" role="alert" tabindex="-1" autofocus>
<h2>There is a problem</h2>
<ul>${lines}</ul>
</div>`
}

/** A label, its rules, what is wrong with it, the input: in the order in which they are read aloud. */
export function field(item: Field, problems: readonly FieldProblem[]): Html {
  const { name, hint, rules = [] } = item
  const messages = problems.filter((problem) => problem.field === name)
  const described = [
    hint !== undefined && `${name}-hint`,
    rules.length > 0 && `${name}-rules`,
    messages.length > 0 && `${name}-error`,
  ]
  const ids = described.filter(Boolean).join(' ')
  const state = html`${messages.length > 0 && html` aria-invalid="true"`}${ids !== '' && html` aria-describedby="${ids}"`}`

  return html`<div class="field">
<label for="${name}">${item.label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${rules.length > 0 && html`<ul class="rules" id="${name}-rules">${rules.map((rule) => html`<li>${rule}</li>`)}</ul>`}
${messages.length > 0 && html`<div class="wrong" id="${name}-error">${messages.map(({ message }) => html`<p><span class="unseen">Error: </span>${message}</p>`)}</div>`}
<div class="control"><input id="${name}" name="${name}" type="${item.type}"${item.type !== 'password' && html` value="${item.value}"`} required ${item.attributes}${state}>${item.type === 'password' && reveal(name)}</div>
${item.meter && strengthMeter(name)}
</div>`
}

/** Hidden until the script, without which it could do nothing, has taken charge of it. */
function reveal(name: string): Html {
  return html`<button class="reveal-password" type="button" aria-controls="${name}" aria-label="Show password" data-reveal hidden>Show</button><span class="unseen" role="status" data-reveal-status></span>`
}

/** What a form sends besides its fields, by name; `undefined` is not sent. */
export function carried(values: Readonly<Record<string, string | undefined>>): Html[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [html`<input type="hidden" name="${name}" value="${value}">`],
  )
}

interface Press {
  readonly action: string
  readonly text: string
  readonly carried: Readonly<Record<string, string | undefined>>
  /** Attributes that say what a button is for that says only "Remove". */
  readonly naming?: Html
}

/** A form that is one button: it asks for nothing. */
export function pressForm({ action, text, carried: values, naming }: Press): Html {
  return html`<form method="post" action="${action}">
${carried(values)}
<button class="button quiet" type="submit"${naming}>${text}</button>
</form>`
}

/** Nobody sees it: password managers file the password of this form under this name. */
export function usernameFor(email: string): Html {
  return html`<input type="text" name="username" value="${email}" autocomplete="username" readonly hidden>`
}

/** Where to go after signing in, carried through the form. Whether it is safe is not for a page to say. */
export function nextInput(next: string | undefined): Html | undefined {
  return next === undefined ? undefined : html`<input type="hidden" name="next" value="${next}">`
}

/** A link to another form, keeping `next`; `path` may have a query. A lone surrogate would make encodeURIComponent throw. */
export function keepingNext(path: string, next: string | undefined): string {
  if (next === undefined) return path
  const mark = path.includes('?') ? '&' : '?'
  return `${path}${mark}next=${encodeURIComponent(next.toWellFormed())}`
}
