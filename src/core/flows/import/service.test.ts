import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../../kernel/random.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { anInstant } from '../../../testing/records.ts'
import { type Columns, readColumns } from './columns.ts'
import type { HashReader } from './hash-reader.ts'
import { Import } from './service.ts'

const { columns } = readColumns([]) as { columns: Columns }

const hashes: HashReader = {
  read(hash) {
    if (hash === '!') return { kind: 'no_password' }
    if (hash === 'md5') return { kind: 'refused', rule: 'not_accepted', scheme: 'hex_md5' }
    return {
      kind: 'accepted',
      scheme: 'bcrypt',
      cost: { cost: 12 },
      key: undefined,
      upgraded: true,
    }
  },
}

function read(...rows: readonly Readonly<Record<string, unknown>>[]) {
  const reading = new Import({ columns, hashes, clock: new FakeClock(), random: systemRandom })
  return reading.read(
    rows.map((row, at) => ({ line: at + 2, record: { valueOf: (column) => row[column] } })),
  )
}

const accountOf = (row: Readonly<Record<string, unknown>>) => read(row).newcomers[0]?.account

const now = anInstant('2030-01-01T00:00:00Z')

describe('an imported account', () => {
  it('is what the row says', () => {
    const { newcomers } = read({
      email: 'Ann@Example.com',
      name: ' Ann Lee ',
      hash: '$2b$…',
      created: '2020-05-01',
      disabled: 'yes',
      verified: '2020-05-02',
    })
    expect(newcomers).toEqual([
      {
        account: {
          id: expect.stringMatching(/^acc_[\w-]{22}$/),
          email: 'Ann@Example.com',
          canonicalEmail: 'ann@example.com',
          fullName: 'Ann Lee',
          status: 'disabled',
          role: 'user',
          epoch: 0,
          createdAt: anInstant('2020-05-01T00:00:00Z'),
          emailVerifiedAt: anInstant('2020-05-02T00:00:00Z'),
        },
        hash: '$2b$…',
        reading: expect.objectContaining({ scheme: 'bcrypt' }),
      },
    ])
  })

  it('is active, not verified, without password and made now where the row says nothing', () => {
    expect(read({ email: 'ann@example.com', name: null }).newcomers).toEqual([
      {
        account: expect.objectContaining({
          fullName: 'ann',
          status: 'active',
          role: 'user',
          createdAt: now,
          emailVerifiedAt: undefined,
        }),
        hash: undefined,
        reading: { kind: 'no_password' },
      },
    ])
    expect(read({ email: 'ann@example.com', hash: '!' }).newcomers[0]?.hash).toBeUndefined()
  })

  it('is named by its whole address where the part before the @ shows nothing', () => {
    expect(accountOf({ email: '_@example.com' })?.fullName).toBe('_@example.com')
    expect(accountOf({ email: 'a@example.com', name: '  ' })?.fullName).toBe('a')
    expect(accountOf({ email: 'a@example.com', name: 42 })?.fullName).toBe('42')
  })

  it('is verified since now where the row says only that it is', () => {
    expect(accountOf({ email: 'a@example.com', verified: '1' })?.emailVerifiedAt).toBe(now)
    expect(accountOf({ email: 'a@example.com', verified: 'f' })?.emailVerifiedAt).toBeUndefined()
  })
})

describe('a row', () => {
  it.each([
    [{}, ['email required']],
    [{ email: 'nope' }, ['email malformed']],
    [{ email: 5 }, ['email malformed']],
    [{ name: '...' }, ['name required']],
    [{ name: 'a\u202eb' }, ['name forbidden_character']],
    [{ name: 'a'.repeat(201) }, ['name too_long']],
    [{ name: {} }, ['name not_text']],
    [{ hash: 5 }, ['hash not_text']],
    [{ hash: 'md5' }, ['hash not_accepted']],
    [{ created: 'once' }, ['created malformed']],
    [{ created: '1893456000000000' }, ['created in_the_future']],
    [{ disabled: 'maybe' }, ['disabled malformed']],
    [{ verified: 'maybe' }, ['verified malformed']],
    [{ verified: '2031-01-01' }, ['verified in_the_future']],
    [{ hash: 'md5', created: 'once' }, ['hash not_accepted', 'created malformed']],
  ])('is refused for %j: %j', (given, problems) => {
    const row =
      'email' in given || Object.keys(given).length === 0
        ? given
        : { email: 'a@b.example', ...given }
    const { newcomers, refused } = read(row)
    expect(newcomers).toEqual([])
    expect(refused[0]?.line).toBe(2)
    expect(refused[0]?.problems.map(({ field, rule }) => `${field} ${rule}`)).toEqual(problems)
  })

  it('is refused when an earlier one has its address, in whatever spelling', () => {
    const { newcomers, refused } = read({ email: 'Ann@b.example' }, { email: 'ann@B.example' })
    expect(newcomers).toHaveLength(1)
    expect(refused).toEqual([{ line: 3, problems: [{ field: 'email', rule: 'duplicate' }] }])
  })

  it('that could not be read is refused by its rule', () => {
    const reading = new Import({ columns, hashes, clock: new FakeClock(), random: systemRandom })
    expect(reading.read([{ line: 7, broken: 'too_long' }]).refused).toEqual([
      { line: 7, problems: [{ field: 'row', rule: 'too_long' }] },
    ])
  })
})
