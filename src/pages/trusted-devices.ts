import { card } from './card.ts'
import { pressForm } from './form.ts'
import { type Html, html } from './html.ts'
import { time } from './time.ts'

/** A browser in which its owner has said that no code is to be asked for. */
export interface TrustedDevice {
  readonly id: string
  readonly device: string
  readonly address: string
  /** Is it the one that is asking? */
  readonly current: boolean
  readonly createdAt: Date
  readonly seenAt: Date
  readonly expiresAt: Date
}

interface Change {
  readonly recent: boolean
  readonly csrfToken: string
}

export function devicesCard(devices: readonly TrustedDevice[], change: Change): Html {
  const text = devices.length === 1 ? '1 device' : `${devices.length} devices`
  const content = html`<p>No code of the app is asked for there. Remove every device that you do not know or no longer have.</p>
<ul class="rows">${devices.map((one) => row(one, change))}</ul>`
  return card({
    id: 'devices',
    heading: 'Trusted devices',
    state: { look: 'on', text },
    content,
  })
}

function row(trusted: TrustedDevice, { recent, csrfToken }: Change): Html {
  const { id, device, address, current, createdAt, seenAt, expiresAt } = trusted
  const from = address !== '' && html` from <bdi>${address}</bdi>`
  return html`<li class="row">
<div>
<h3 id="device-${id}">${device}${current && html` <span class="here">this one</span>`}</h3>
<p class="person-more">Trusted since ${time(createdAt, 'day')}, until ${time(expiresAt, 'day')}</p>
<p class="person-more">Last used${from}, ${time(seenAt, 'minute')}</p>
</div>
${
  recent &&
  pressForm({
    action: '/account/security/devices/remove',
    text: 'Remove',
    carried: { csrf_token: csrfToken, id },
    naming: html` id="remove-${id}" aria-labelledby="remove-${id} device-${id}"`,
  })
}
</li>`
}
