import { expect } from 'vitest'

/** What an answer says of a budget: draft-ietf-httpapi-ratelimit-headers-10. */
export interface RateLimit {
  readonly policy: string
  /** Of how many, within how many seconds. */
  readonly quota: number
  readonly window: number
  readonly remaining: number
  /** Seconds until all of it is there again. */
  readonly reset: number
}

/** An item of a list (RFC 9651, 3.1 and 3.3): a string, and parameters that are integers. */
const item = /^"([\x20-\x21\x23-\x5b\x5d-\x7e]*)"((?:; *[a-z*][a-z0-9_.*-]*=-?\d{1,15})*)$/

/** Reads `RateLimit-Policy` and `RateLimit` as strictly as structured fields are defined. */
export function rateLimitsOf({ headers }: Response): RateLimit[] {
  const [policies, limits] = [read(headers, 'ratelimit-policy'), read(headers, 'ratelimit')]
  expect([...limits.keys()]).toEqual([...policies.keys()])
  return [...policies].map(([policy, { q, w }]) => {
    const { r, t } = limits.get(policy) ?? {}
    const limit = { policy, quota: q, window: w, remaining: r, reset: t }
    for (const value of [q, w, r, t]) expect(value, policy).toBeGreaterThanOrEqual(0)
    return limit as RateLimit
  })
}

function read(headers: Headers, name: string): Map<string, Record<string, number>> {
  const text = headers.get(name)
  if (text === null) return new Map()
  const items = text.split(', ').map((one) => {
    const [, key, parameters = ''] = item.exec(one) ?? expect.fail(`${name}: ${text}`)
    const pairs = [...parameters.matchAll(/; *([^=]+)=(-?\d+)/g)]
    return [key as string, Object.fromEntries(pairs.map(([, k, v]) => [k, Number(v)]))] as const
  })
  expect(new Set(items.map(([key]) => key)).size).toBe(items.length)
  return new Map(items)
}
