import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { PageFrame } from './page.ts'

/** A file that pages refer to. Its path holds its content's hash: it may be cached for ever. */
export interface Asset {
  readonly path: string
  readonly type: string
  readonly body: string
}

const stylesheet = load('sallyport', 'css', 'text/css; charset=utf-8')
const script = load('sallyport', 'js', 'text/javascript; charset=utf-8')
const passkeyScript = load('passkeys', 'js', 'text/javascript; charset=utf-8')
const icon = load('icon', 'svg', 'image/svg+xml; charset=utf-8')

/** Every asset there is, read from disk once. */
export const assets: readonly Asset[] = [stylesheet, script, passkeyScript, icon]

/** The part of {@link PageFrame} that says where the assets are. */
export const assetUrls: Pick<PageFrame, 'stylesheet' | 'script' | 'passkeyScript' | 'icon'> = {
  stylesheet: stylesheet.path,
  script: script.path,
  passkeyScript: passkeyScript.path,
  icon: icon.path,
}

function load(name: string, extension: string, type: string): Asset {
  const body = readFileSync(new URL(`./assets/${name}.${extension}`, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 8)
  return { path: `/assets/${name}.${hash}.${extension}`, type, body }
}
