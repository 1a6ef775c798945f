// Passkeys, on pages that have a form for one. The forms stay hidden where nothing could come of them.
{
  /** What to ask the browser for is good for five minutes. Before they are over it is fetched anew. */
  const lifetime = 4 * 60_000

  const passkey = (form) => {
    const button = form.querySelector('[type="submit"]')
    const status = form.querySelector('[role="status"]')
    const creates = form.dataset.passkey === 'create'
    let fetched
    let busy = false
    let patience
    let suggestion
    let suggested = Promise.resolve()

    const fetchOptions = async () => {
      const response = await fetch(form.dataset.options, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      if (!response.ok) throw Object.assign(new Error(), { status: response.status })
      const { publicKey } = await response.json()
      return creates
        ? PublicKeyCredential.parseCreationOptionsFromJSON(publicKey)
        : PublicKeyCredential.parseRequestOptionsFromJSON(publicKey)
    }

    const stale = () => fetched === undefined || fetched.until <= Date.now()

    /** Fetched once for all who wait: a second answer might make the first one void. */
    const options = async () => {
      if (stale()) fetched = { until: Date.now() + lifetime, answer: fetchOptions() }
      try {
        return await fetched.answer
      } catch (error) {
        fetched = undefined
        throw error
      }
    }

    const take = () => {
      busy = true
      // Not `disabled`: that would drop the focus.
      button.setAttribute('aria-disabled', 'true')
    }

    const ready = () => {
      clearTimeout(patience)
      busy = false
      form.removeAttribute('data-sending')
      button.removeAttribute('aria-disabled')
    }

    const send = (credential) => {
      form.elements.credential.value = JSON.stringify(credential.toJSON())
      take()
      form.setAttribute('data-sending', '')
      form.submit()
      // The person pressed Stop, or the answer never came: the page is still here, let them retry.
      patience = setTimeout(() => {
        fetched = undefined
        ready()
      }, 8000)
    }

    const wordsFor = ({ name, status: code }) => {
      if (name === 'InvalidStateError' && creates) return 'This device has a passkey already.'
      if (name === 'NotAllowedError' || name === 'AbortError') {
        return `No passkey was ${creates ? 'made' : 'used'}. You can try again.`
      }
      if (code === 401 || code === 403) return 'That took too long. Please load this page again.'
      if (code === 429) return 'Too many tries. Please wait a moment.'
      return 'That did not work. Please try again in a moment.'
    }

    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      if (busy) return
      take()
      status.textContent = ''
      suggestion?.abort()
      // Browsers take one question at a time.
      await suggested
      try {
        const publicKey = await options()
        const { credentials } = navigator
        send(await (creates ? credentials.create({ publicKey }) : credentials.get({ publicKey })))
      } catch (error) {
        status.textContent = wordsFor(error)
        ready()
        suggest()
      }
    })

    /** Waits for a passkey to be chosen from what the browser offers to fill in. */
    const waitForChoice = async (signal) => {
      try {
        if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return
        const publicKey = await options()
        if (signal.aborted) return
        send(await navigator.credentials.get({ publicKey, mediation: 'conditional', signal }))
      } catch {
        // The person has not asked for it: there is nothing to tell.
      }
    }

    const suggest = () => {
      if (!form.hasAttribute('data-autofill')) return
      suggestion?.abort()
      suggestion = new AbortController()
      const { signal } = suggestion
      suggested = suggested.then(() => waitForChoice(signal))
    }

    const renew = () => {
      if (!document.hidden && !busy && stale()) suggest()
    }

    if (form.hasAttribute('data-autofill')) {
      setInterval(renew, lifetime + 1000)
      document.addEventListener('visibilitychange', renew)
    }
    // Coming back with the Back button may restore this page as it was left, its question answered.
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) {
        fetched = undefined
        ready()
      }
      if (!busy) suggest()
    })

    if (form.nextElementSibling?.matches('[data-otherwise]')) form.nextElementSibling.hidden = true
    form.hidden = false
  }

  const { PublicKeyCredential } = window
  const able =
    PublicKeyCredential?.parseRequestOptionsFromJSON &&
    PublicKeyCredential.parseCreationOptionsFromJSON
  // A passkey belongs to a name: there is none for an address of numbers.
  const named = !/^[\d.]+$|^\[/.test(location.hostname)

  if (able && named) {
    for (const form of document.querySelectorAll('form[data-passkey]')) passkey(form)
  }
}
