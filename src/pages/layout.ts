import { type Doors, gate, mark } from './gate.ts'
import { type Html, html } from './html.ts'
import type { PageFrame } from './page.ts'

interface PageParts {
  readonly frame: PageFrame
  readonly title: string
  readonly doors: Doors
  /** `threshold`: a narrow column with one thing to do. `court`: the wide one of somebody inside. */
  readonly place: 'threshold' | 'court'
  readonly content: Html
  /** Is there a form for a passkey? It takes a script of its own. */
  readonly passkeys?: boolean
}

const product = 'Sallyport'

/**
 * The document around every page. There is no skip link on purpose: nothing before `<main>` can
 * take the focus, so there is nothing to skip. Add one together with the first link in the header.
 */
export function layout({ frame, title, doors, place, content, passkeys }: PageParts): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#e9dfcb" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#141b2b" media="(prefers-color-scheme: dark)">
<title>${title} · ${frame.serviceName}</title>
<link rel="icon" href="${frame.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${frame.stylesheet}">
<script src="${frame.script}" defer></script>
${passkeys && html`<script src="${frame.passkeyScript}" defer></script>`}
</head>
<body class="${place}">
<header class="portal">
<p class="brand">${frame.serviceName}</p>
${gate(doors)}
</header>
<main class="content">
${content}
</main>
${frame.serviceName !== product && html`<footer class="foot"><p>${mark}Guarded by ${product}</p></footer>`}
</body>
</html>
`
  return String(document)
}
