import { expect, it } from 'vitest'
import { parseRedisUrl } from './address.ts'

it('reads one server, with what it asks for', () => {
  expect(parseRedisUrl('redis://localhost')).toEqual({
    kind: 'server',
    hosts: [{ host: 'localhost', port: 6379 }],
    options: {},
  })
  expect(parseRedisUrl('rediss://ann:p%40ss%3Aword@[::1]:7000/3')).toEqual({
    kind: 'server',
    hosts: [{ host: '::1', port: 7000 }],
    options: { username: 'ann', password: 'p@ss:word', tls: {}, db: 3 },
  })
})

it('reads the nodes of a cluster, and Sentinels with the name of the primary', () => {
  expect(parseRedisUrl('redis+cluster://:secret@one:7000,two')).toEqual({
    kind: 'cluster',
    hosts: [
      { host: 'one', port: 7000 },
      { host: 'two', port: 6379 },
    ],
    options: { password: 'secret' },
  })
  expect(parseRedisUrl('rediss+sentinel://one,two:5000/main')).toEqual({
    kind: 'sentinel',
    hosts: [
      { host: 'one', port: 26379 },
      { host: 'two', port: 5000 },
    ],
    options: { tls: {}, name: 'main' },
  })
})

it.each([
  'redis://',
  'http://localhost',
  'redis://one,two',
  'redis://one/name',
  'redis://one:port',
  'redis://%E0@one',
  'redis+cluster://one/0',
  'redis+sentinel://one',
  'redis://one?db=1',
])('refuses %s', (url) => {
  expect(parseRedisUrl(url)).toBeUndefined()
})
