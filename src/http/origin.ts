/** Loopback has three names; people type any of them. */
const loopbackNames = ['127.0.0.1', 'localhost', '[::1]']

/** The origins that are ours: the public address and, on loopback, its other names. */
export function ownOrigins(publicAddress: URL): ReadonlySet<string> {
  const { protocol, hostname, port, origin } = publicAddress
  if (!loopbackNames.includes(hostname)) return new Set([origin])
  const suffix = port === '' ? '' : `:${port}`
  return new Set(loopbackNames.map((name) => `${protocol}//${name}${suffix}`))
}

/**
 * May this request change anything? Decided by headers that scripts cannot set.
 *
 * Every browser sends `Origin` with a POST, and current ones `Sec-Fetch-Site`; whatever is sent must
 * say "same origin". A request with neither does not come from a browser, and so not from a page.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function isSameOrigin(headers: Headers, own: ReadonlySet<string>): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  const origin = headers.get('origin')
  return origin === null || own.has(origin)
}
