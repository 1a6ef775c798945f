// Enhancements only: every page does its work without this file.
{
  /** Shows and hides the password. The caret and the focus stay where they are. */
  const reveal = (button) => {
    const input = document.getElementById(button.getAttribute('aria-controls'))
    const status = button.parentElement.querySelector('[data-reveal-status]')

    const show = (shown) => {
      if (shown === (input.type === 'text')) return
      const { selectionStart, selectionEnd } = input
      input.type = shown ? 'text' : 'password'
      input.setSelectionRange(selectionStart, selectionEnd)
      button.textContent = shown ? 'Hide' : 'Show'
      button.setAttribute('aria-label', shown ? 'Hide password' : 'Show password')
    }

    // A pressed mouse button would take the focus, and on phones the keyboard, away from the input.
    button.addEventListener('mousedown', (event) => event.preventDefault())
    button.addEventListener('click', () => {
      const shown = input.type === 'password'
      show(shown)
      status.textContent = shown ? 'Your password is visible' : 'Your password is hidden'
    })
    // Browsers remember the text of visible inputs; a password must not be among it.
    input.form.addEventListener('submit', () => show(false))
    window.addEventListener('pagehide', () => show(false))
    button.hidden = false
  }

  /** Codes that are shown once: onto the clipboard, into a file, or onto paper. */
  const keep = (row) => {
    const codes = [...document.querySelectorAll('.codes code')].map((code) => code.textContent)
    const status = row.querySelector('[data-kept]')
    row.querySelector('[data-copy]').addEventListener('click', async () => {
      await navigator.clipboard.writeText(codes.join('\n'))
      status.textContent = 'Copied.'
    })
    row.querySelector('[data-download]').addEventListener('click', () => {
      const text = [`Recovery codes for ${location.host}. Each works once.`, '', ...codes, '']
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob([text.join('\n')], { type: 'text/plain' }))
      link.download = 'recovery-codes.txt'
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
      status.textContent = 'Downloaded.'
    })
    row.querySelector('[data-print]').addEventListener('click', () => window.print())
    row.hidden = false
  }

  /** Shows how strong a new password is while it is typed, and goes quiet when nobody can tell. */
  const measure = (meter) => {
    const input = document.getElementById(meter.dataset.strength)
    const label = meter.querySelector('[data-strength-label]')
    const advice = meter.querySelector('[data-strength-advice]')
    const atRest = [label.textContent, advice.textContent]
    const levels = ['Very weak', 'Weak', 'Fair', 'Good', 'Strong']
    let pause
    let question

    // The same words again are not written again: they would be read aloud again.
    const write = (element, text) => {
      if (element.textContent !== text) element.textContent = text
    }

    const show = (score, [name, sentence], acceptable = false) => {
      meter.dataset.score = score
      meter.toggleAttribute('data-acceptable', acceptable)
      write(label, name)
      write(advice, sentence)
    }

    const showAnswer = ({ acceptable, score, problems: [problem] }) => {
      const taken = score < 3 ? 'You can use it, but it is easy to guess.' : 'You can use this one.'
      show(score, [levels[score], acceptable ? taken : `${problem.message}.`], acceptable)
    }

    const ask = async () => {
      question = new AbortController()
      const { signal } = question
      const { email, full_name } = input.form.elements
      const body = { password: input.value, email: email?.value, full_name: full_name?.value }
      try {
        const response = await fetch(meter.dataset.check, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal,
        })
        if (!response.ok) throw new Error(response.statusText)
        showAnswer(await response.json())
      } catch {
        // Asked again meanwhile: the next answer is awaited. Else the server is busy or out of reach.
        if (!signal.aborted) show(0, ['', ''])
      }
    }

    const stop = () => {
      clearTimeout(pause)
      question?.abort()
    }

    // What stands in the other fields counts too: a name is no password.
    input.form.addEventListener('input', () => {
      stop()
      if (input.value === '') show(0, atRest)
      else pause = setTimeout(ask, 300)
    })
    input.form.addEventListener('submit', stop)
    meter.hidden = false
  }

  /** Sends a form once, however often its button is pressed; it can be sent again after an error. */
  const sendOnce = (form) => {
    const button = form.querySelector('[type="submit"]')
    let patience

    const ready = () => {
      clearTimeout(patience)
      form.removeAttribute('data-sending')
      button.removeAttribute('aria-disabled')
    }

    form.addEventListener('submit', (event) => {
      if (form.hasAttribute('data-sending')) {
        event.preventDefault()
        return
      }
      form.setAttribute('data-sending', '')
      // Not `disabled`: that would drop the focus.
      button.setAttribute('aria-disabled', 'true')
      // The person pressed Stop, or the answer never came: the page is still here, let them retry.
      patience = setTimeout(ready, 8000)
    })
    // Coming back with the Back button may restore this page as it was left.
    window.addEventListener('pageshow', ready)
  }

  /** Rewrites a UTC moment to the clock on the person's wall, naming the zone. */
  const localise = (time) => {
    const moment = new Date(time.dateTime)
    const write = (options) =>
      new Intl.DateTimeFormat('en-GB', options).format(moment).replaceAll(' ', '\u00a0')

    const texts = [write({ dateStyle: 'long' })]
    if (time.dataset.precision === 'minute') {
      texts.push(write({ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }))
    }
    time.title = time.textContent
    time.textContent = texts.join(', ')
  }

  // A form for a passkey is not sent when its button is pressed: passkeys.js sees to it.
  const sent = 'form[method="post"]:not([data-passkey])'

  for (const button of document.querySelectorAll('[data-reveal]')) reveal(button)
  for (const row of document.querySelectorAll('[data-keep]')) keep(row)
  for (const meter of document.querySelectorAll('[data-strength]')) measure(meter)
  for (const form of document.querySelectorAll(sent)) sendOnce(form)
  for (const time of document.querySelectorAll('time[data-precision]')) localise(time)
}
