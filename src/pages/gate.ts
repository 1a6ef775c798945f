import { type Html, html } from './html.ts'

/**
 * The doors of the inner gate. They tell where the person stands: `ajar` while signing in, `open`
 * once inside, `closed` where there is no way on.
 */
export type Doors = 'closed' | 'ajar' | 'open'

/** The mark: two nested arches, the inner one lit. Drawn on whole pixels at 16 px and its multiples. */
export const mark: Html = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path fill="currentcolor" d="M2 30V16a14 14 0 0 1 28 0v14h-4V16a10 10 0 0 0-20 0v14z"/><path fill="var(--lamp)" d="M10 30V16a6 6 0 0 1 12 0v14z"/></svg>`

// One-point perspective: everything shrinks towards the eye, so an arch at depth `s` (1 = the outer
// face, 0 = infinitely far) is the outer arch scaled around this point.
const eye = { x: 240, y: 470 }
const outer = { radius: 170, spring: 300, floor: 620 }
const inner = { radius: 58, spring: 405, floor: 545 }

type Arch = typeof outer

function receding(arch: Arch, s: number): Arch {
  const towardsEye = (y: number) => eye.y + (y - eye.y) * s
  return {
    radius: arch.radius * s,
    spring: towardsEye(arch.spring),
    floor: towardsEye(arch.floor),
  }
}

function opening({ radius: r, spring, floor }: Arch): string {
  const [left, right] = [eye.x - r, eye.x + r]
  return `M${n(left)} ${n(floor)}V${n(spring)}A${n(r)} ${n(r)} 0 0 1 ${n(right)} ${n(spring)}V${n(floor)}Z`
}

/** The joints between the arch stones: spokes from the inner to the outer edge of the ring. */
function joints(stones: number, from: number, to: number): string {
  const spokes = Array.from({ length: stones + 1 }, (_, i) => {
    const angle = Math.PI * (i / stones)
    const at = (r: number) =>
      `${n(eye.x - r * Math.cos(angle))} ${n(outer.spring - r * Math.sin(angle))}`
    return `M${at(from)}L${at(to)}`
  })
  return spokes.join('')
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}

const ring = 34
const stones = 13
const vault = [0.86, 0.76, 0.67, 0.59, 0.52].map((s) => receding(outer, s))
const wayOut = { ...receding(inner, 0.9), floor: inner.floor }
const back = receding(outer, 0.52)

const scenery = html`
<rect fill="var(--ground)" x="-4000" y="620" width="8480" height="110"/>
<path fill="var(--ring)" d="${opening({ ...outer, radius: outer.radius + ring })}"/>
<path class="joint" stroke="var(--joint)" d="${joints(stones, outer.radius, outer.radius + ring)}"/>
<path class="joint" stroke="var(--joint)" d="M36 364h34M36 428h34M36 492h34M36 556h34M410 364h34M410 428h34M410 492h34M410 556h34"/>
<path class="joint" stroke="var(--joint)" d="M-92 364h96M-60 428h78M470 300h110M462 492h66M-20 556h40M500 428h60M-50 236h70M452 172h74M-8 140h90M410 108h60"/>
<path fill="var(--reveal)" d="${opening(outer)}"/>
${vault.map((arch, i) => html`<path fill="var(--vault-${i + 1})" d="${opening(arch)}"/>`)}
<path fill="var(--floor)" d="M${n(eye.x - outer.radius)} ${outer.floor}H${n(eye.x + outer.radius)}L${n(eye.x + back.radius)} ${n(back.floor)}H${n(eye.x - back.radius)}Z"/>
<path fill="var(--ring)" opacity="0.35" d="${opening({ ...inner, radius: inner.radius + 11 })}"/>
<path fill="var(--light)" d="${opening(inner)}"/>
<path fill="var(--light-core)" d="${opening(wayOut)}"/>`

const leaf = html`<path fill="var(--timber)" d="M182 545V405A58 58 0 0 1 240 347V545Z"/><g fill="none" stroke="var(--plank)" stroke-width="1.5"><path d="M201 545V362M221 545V350M182 425H236M182 505H236"/><circle cx="230" cy="466" r="4.5"/></g>`

/**
 * The scene beside each page: an outer arch, a vaulted passage, an inner gate, and the light
 * behind it. Pure decoration, hidden from assistive technology; how far the doors stand open is the
 * stylesheet's.
 */
export function gate(doors: Doors): Html {
  return html`<svg class="scene doors-${doors}" viewBox="0 70 480 650" preserveAspectRatio="xMidYMax meet" aria-hidden="true" focusable="false">
<defs><linearGradient id="gate-spill" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="var(--light)" stop-opacity="0.95"/><stop offset="1" stop-color="var(--light)" stop-opacity="0"/></linearGradient></defs>
${scenery}
<path class="spill" fill="url(#gate-spill)" d="M182 545H298L400 720H80Z"/>
<g class="leaf">${leaf}</g>
<g transform="matrix(-1 0 0 1 480 0)"><g class="leaf">${leaf}</g></g>
</svg>`
}
