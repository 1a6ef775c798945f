import type { Configuration } from './configuration.ts'
import { isLoopback } from './loopback.ts'

/** What is allowed and still deserves a second look before strangers can reach the server. */
export function reviewConfiguration(configuration: Configuration): string[] {
  return checks.filter(({ applies }) => applies(configuration)).map(({ warning }) => warning)
}

const guarding = ['sign_in', 'password', 'password_account', 'factor', 'factor_account'] as const

interface Check {
  readonly applies: (configuration: Configuration) => boolean
  /** What is so, why it matters, and the setting that changes it. */
  readonly warning: string
}

const checks: readonly Check[] = [
  {
    applies: ({ url }) => url.protocol === 'http:' && !isLoopback(url.hostname),
    warning:
      'the public address is http: passwords and cookies cross the network readable (SALLYPORT_URL)',
  },
  {
    applies: ({ host, url }) => !isLoopback(host) && isLoopback(url.hostname),
    warning:
      'other machines can connect, but the public address is loopback: browsers elsewhere will be refused (SALLYPORT_URL)',
  },
  {
    applies: ({ url, trusted_proxies }) =>
      url.protocol === 'https:' && trusted_proxies.length === 0,
    warning:
      'the public address is https, so a proxy stands in front, but none is trusted: every client has the address of the proxy (SALLYPORT_TRUSTED_PROXIES)',
  },
  {
    applies: ({ trusted_proxies }) => trusted_proxies.some((part) => part.endsWith('/0')),
    warning:
      'every address is a trusted proxy, so every client can choose its own address (SALLYPORT_TRUSTED_PROXIES)',
  },
  {
    applies: ({ trusted_proxies }) => trusted_proxies.some(isPartOfTheInternet),
    warning:
      'trusted proxies are a large part of the internet: whoever has an address there can choose any other (SALLYPORT_TRUSTED_PROXIES)',
  },
  {
    applies: ({ management_host }) => !isLoopback(management_host),
    warning: 'other machines can reach the management listener (SALLYPORT_MANAGEMENT_HOST)',
  },
  {
    applies: ({ database_url, secret }) => database_url !== undefined && secret === undefined,
    warning:
      'the master key lies in the data folder of this node: other nodes on the same database need the same one (SALLYPORT_SECRET)',
  },
  {
    applies: ({ database_url }) =>
      database_url !== undefined && crossesNetwork(database_url.expose()),
    warning:
      'the connection to the database crosses the network without TLS (sslmode=verify-full in SALLYPORT_DATABASE_URL)',
  },
  {
    applies: ({ database_url, session_store }) =>
      database_url !== undefined && session_store === 'memory',
    warning:
      'sessions are kept in memory: they are lost at restart, and other nodes on the same database do not know them (SALLYPORT_SESSION_STORE)',
  },
  {
    applies: ({ database_url, session_store }) =>
      database_url !== undefined && session_store === 'filesystem',
    warning:
      'sessions are kept in the data folder of this machine: nodes elsewhere on the same database do not know them (SALLYPORT_SESSION_STORE)',
  },
  {
    applies: ({ session_store, sources }) =>
      session_store === 'sealed' &&
      (sources.sessions_per_account !== 'default' || sources.sessions_when_full !== 'default'),
    warning:
      'nobody counts sealed sessions, so an account may have any number of them (SALLYPORT_SESSIONS_PER_ACCOUNT)',
  },
  {
    applies: ({ limits }) => guarding.some((name) => limits[name] === undefined),
    warning:
      'passwords or codes can be guessed without limit: budgets that guard them are turned off (SALLYPORT_LIMITS)',
  },
  {
    applies: ({ url, password_grant }) => password_grant && !isLoopback(url.hostname),
    warning:
      'POST /token takes passwords: good for your own programs, and for nobody else’s (SALLYPORT_PASSWORD_GRANT=false turns it off)',
  },
  {
    applies: ({ resource_servers, token_algorithm }) =>
      token_algorithm === 'HS256' && resource_servers === undefined,
    warning:
      'access tokens are signed with HS256, which no other service can verify, and none may ask here either (SALLYPORT_TOKEN_ALGORITHM, SALLYPORT_RESOURCE_SERVERS)',
  },
  {
    applies: ({ redis_url }) =>
      redis_url !== undefined && leavesMachine(redis_url.expose(), /^redis(?:\+|:)/),
    warning:
      'the connection to Redis crosses the network without TLS (rediss: in SALLYPORT_REDIS_URL)',
  },
  {
    applies: ({ memcached_url }) =>
      memcached_url !== undefined && leavesMachine(memcached_url, /^memcached:/),
    warning:
      'the connection to memcached crosses the network without TLS: whoever can reach it there can read and end sessions (SALLYPORT_MEMCACHED_URL)',
  },
]

/** Wider than any one owner's: private networks are within 10.0.0.0/8 and fc00::/7, those of the largest proxies smaller. */
function isPartOfTheInternet(network: string): boolean {
  const [address = '', bits] = network.split('/')
  const isWide = Number(bits) > 0 && Number(bits) < (address.includes(':') ? 16 : 8)
  return isWide && !/^f[cde]/i.test(address)
}

/** Is this an address without TLS that is not of this machine alone? Several hosts may be given. */
function leavesMachine(address: string, plain: RegExp): boolean {
  const hosts = address.replace(/^[^:]*:\/\/(?:[^@]*@)?/, '').replace(/[/?#].*$/, '')
  const names = hosts.split(',').map((host) => host.replace(/:\d+$/, ''))
  return plain.test(address) && !names.every(isLoopback)
}

function crossesNetwork(address: string): boolean {
  const { hostname, searchParams } = new URL(address)
  const tls = /^(?:require|verify-ca|verify-full)$/.test(searchParams.get('sslmode') ?? '')
  return (
    hostname !== '' && !isLoopback(hostname) && !searchParams.get('host')?.startsWith('/') && !tls
  )
}
