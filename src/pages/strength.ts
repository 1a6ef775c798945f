import { type Html, html } from './html.ts'

/**
 * How strong the password is that is being typed into `input`: four niches, lit one by one, and the
 * same in words, which are what is read aloud. Hidden until the script has taken charge of it.
 */
export function strengthMeter(input: string): Html {
  return html`<div class="strength" data-strength="${input}" data-check="/password/check" hidden>
<span class="lamps" aria-hidden="true"><span></span><span></span><span></span><span></span></span>
<p role="status"><span class="unseen">Password: </span><span class="level" data-strength-label>Strength</span> <span data-strength-advice>Shown here as you type.</span></p>
</div>`
}
