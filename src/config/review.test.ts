import { describe, expect, it } from 'vitest'
import { loadConfiguration } from './load.ts'
import { reviewConfiguration } from './review.ts'

const key = 'q8Zk3vN1xW5rT7yB9mC2dF4gH6jL0pSa'

describe('the review of a configuration', () => {
  const severalNodes = { SALLYPORT_DATABASE_URL: 'postgres://localhost/x', SALLYPORT_SECRET: key }

  it.each([
    [{ SALLYPORT_HOST: '0.0.0.0' }, 'public address is loopback'],
    [
      { SALLYPORT_URL: 'https://id.example.com', SALLYPORT_PASSWORD_GRANT: 'false' },
      'none is trusted',
    ],
    [
      { SALLYPORT_URL: 'https://id.example.com', SALLYPORT_TRUSTED_PROXIES: '10.0.0.0/8' },
      'POST /token takes passwords',
    ],
    [{ SALLYPORT_TOKEN_ALGORITHM: 'HS256' }, 'which no other service can verify'],
    [{ SALLYPORT_TRUSTED_PROXIES: '0.0.0.0/0' }, 'every address is a trusted proxy'],
    [{ SALLYPORT_TRUSTED_PROXIES: '::1, 2000::/3' }, 'a large part of the internet'],
    [{ SALLYPORT_TRUSTED_PROXIES: '0.0.0.0/1,128.0.0.0/1' }, 'a large part of the internet'],
    [{ SALLYPORT_MANAGEMENT_HOST: '0.0.0.0' }, 'management listener'],
    [{ SALLYPORT_DATABASE_URL: 'postgres://localhost/x' }, 'data folder of this node'],
    [
      { SALLYPORT_DATABASE_URL: 'postgres://db.example.com/x', SALLYPORT_SECRET: key },
      'without TLS',
    ],
    [{ SALLYPORT_REDIS_URL: 'redis://user:x@cache.example:6379/0' }, 'Redis crosses the network'],
    [
      { SALLYPORT_REDIS_URL: 'redis+cluster://127.0.0.1:1,10.0.0.1:2' },
      'Redis crosses the network',
    ],
    [{ SALLYPORT_MEMCACHED_URL: 'memcached://cache.example' }, 'memcached crosses the network'],
    [
      { ...severalNodes, SALLYPORT_SESSION_STORE: 'memory' },
      'memory: they are lost at restart, and other nodes on the same database do not know them',
    ],
    [
      { ...severalNodes, SALLYPORT_SESSION_STORE: 'filesystem' },
      'of this machine: nodes elsewhere',
    ],
    [
      { SALLYPORT_SESSION_STORE: 'sealed', SALLYPORT_SESSIONS_PER_ACCOUNT: '100' },
      'nobody counts sealed sessions',
    ],
    [
      { SALLYPORT_SESSION_STORE: 'sealed', SALLYPORT_SESSIONS_WHEN_FULL: 'refuse' },
      'nobody counts sealed sessions',
    ],
  ])('warns of what is allowed but unwise: %j', (environment, warning) => {
    expect(reviewConfiguration(loadConfiguration(environment))).toEqual([
      expect.stringContaining(warning),
    ])
  })

  it('finds nothing to say about a careful deployment', () => {
    const configuration = loadConfiguration({
      SALLYPORT_HOST: '0.0.0.0',
      SALLYPORT_URL: 'https://id.example.com',
      SALLYPORT_TRUSTED_PROXIES: '10.0.0.0/8',
      SALLYPORT_DATABASE_URL: 'postgres://sallyport@db.example.com/id?sslmode=verify-full',
      SALLYPORT_SECRET: key,
      SALLYPORT_PASSWORD_GRANT: 'false',
    })
    expect(reviewConfiguration(configuration)).toEqual([])
  })

  it.each([
    { SALLYPORT_TRUSTED_PROXIES: '127.0.0.1,::1,10.0.0.0/8,fc00::/7,FE80::/10' },
    { SALLYPORT_TRUSTED_PROXIES: '104.16.0.0/13,2400:cb00::/32' },
    { SALLYPORT_REDIS_URL: 'redis://127.0.0.1:6379' },
    { SALLYPORT_REDIS_URL: 'redis+cluster://localhost:7000,[::1]:7001' },
    { SALLYPORT_REDIS_URL: 'rediss://user:x@cache.example' },
    { SALLYPORT_MEMCACHED_URL: 'memcached://localhost:11211' },
    { SALLYPORT_SESSION_STORE: 'sealed' },
  ])('finds nothing wrong with %j', (environment) => {
    expect(reviewConfiguration(loadConfiguration(environment))).toEqual([])
  })
})
