/** Long enough for every page of ours. */
const maxLength = 2048

/**
 * Where to go after signing in: a path of this server, or `undefined` for anything else (CWE-601).
 *
 * The URL parser decides as the browser's will, and its result is written out again: `//host`,
 * `/\host`, tabs, dot segments and absolute addresses all show their true form then.
 */
export function ownPath(text: string | undefined, publicAddress: URL): string | undefined {
  if (text === undefined || !text.startsWith('/')) return undefined
  if (!URL.canParse(text, publicAddress.origin)) return undefined
  const url = new URL(text, publicAddress)
  const path = `${url.pathname}${url.search}${url.hash}`
  // `/.//host` is resolved to `//host`: ours as a URL, a foreign address as a Location.
  const ours = url.origin === publicAddress.origin && !path.startsWith('//')
  // Measured as it will be sent: encoding can make a path nine times as long.
  return ours && path.length <= maxLength ? path : undefined
}
