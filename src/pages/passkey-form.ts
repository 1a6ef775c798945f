import { carried } from './form.ts'
import { type Html, html } from './html.ts'

interface PasskeyForm {
  /** Show one that is there, or make a new one. */
  readonly purpose: 'get' | 'create'
  readonly action: string
  /** Where the script learns what to ask the browser for. */
  readonly options: string
  readonly text: string
  readonly look: 'main' | 'quiet'
  /** What is sent besides the credential, by name; `undefined` is not sent. */
  readonly carried: Readonly<Record<string, string | undefined>>
  /** Offered by the browser in the list of what it could fill in, too. */
  readonly autofill?: true
  /** On which side the other way stands, if there is one. */
  readonly or?: 'before' | 'after'
  /** What is said instead, for as long as nothing can come of the form. */
  readonly otherwise?: string
}

/**
 * Hidden until the script (assets/passkeys.js) has found that this browser can do it, here. The page
 * must be laid out with `passkeys`, or the script is not there.
 */
export function passkeyForm(form: PasskeyForm): Html {
  return html`<form class="passkey" method="post" action="${form.action}" data-passkey="${form.purpose}" data-options="${form.options}"${form.autofill && html` data-autofill`} hidden>
${form.or === 'before' && or}
${carried({ ...form.carried, credential: '' })}
<button class="button${form.look === 'quiet' && ' quiet'}" type="submit">${form.text}</button>
<p role="status"></p>
${form.or === 'after' && or}
</form>
${form.otherwise && html`<p class="hint" data-otherwise>${form.otherwise}</p>`}`
}

const or = html`<p class="or">or</p>`
