import type { RedisOptions } from 'ioredis'

/** Where Redis is: one server, the nodes that a cluster is found by, or the Sentinels that know the primary. */
export interface RedisAddress {
  readonly kind: 'server' | 'cluster' | 'sentinel'
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly options: Pick<RedisOptions, 'username' | 'password' | 'db' | 'tls' | 'name'>
}

const shape =
  /^redis(?<tls>s)?(?:\+(?<kind>cluster|sentinel))?:\/\/(?<credential>[^@]*@)?(?<hosts>[^/?#@]+)(?:\/(?<path>[^/?#]*))?$/

/** What may stand after the hosts: the number of a database, nothing, the name of the primary. */
const pathShapes = { server: /^\d*$/, cluster: /^$/, sentinel: /./ }

/**
 * Reads `redis://user:password@host:6379/0`, `redis+cluster://host:7000,host:7001` and
 * `redis+sentinel://host:26379,host:26379/primary`; `rediss` is with TLS. `undefined` for anything else.
 * User and password are Redis' own, percent-encoded; Sentinels are asked without.
 */
export function parseRedisUrl(url: string): RedisAddress | undefined {
  const { tls, kind: named, credential, hosts, path = '' } = shape.exec(url)?.groups ?? {}
  const kind = (named ?? 'server') as RedisAddress['kind']
  const list = hosts?.split(',') ?? []
  if (list.length === 0 || (kind === 'server' && list.length > 1)) return undefined
  if (!pathShapes[kind].test(path)) return undefined

  try {
    return {
      kind,
      hosts: list.map((host) => parseHost(host, kind === 'sentinel' ? 26379 : 6379)),
      options: {
        ...parseCredential(credential),
        ...(tls && { tls: {} }),
        ...(kind === 'sentinel' && { name: path }),
        ...(kind === 'server' && path !== '' && { db: Number(path) }),
      },
    }
  } catch {
    return undefined
  }
}

function parseHost(text: string, defaultPort: number) {
  const { hostname, port } = new URL(`redis://${text}`)
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || defaultPort) }
}

function parseCredential(text = '@') {
  const { username, password } = new URL(`redis://${text}host`)
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  }
}
