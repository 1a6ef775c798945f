import { describe, expect, it } from 'vitest'
import { KeyRing } from '../../kernel/key-ring.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import { FakeClock } from '../../testing/clock.ts'
import { KnownDevices, knownDeviceLifetime } from './known-device.ts'

const [first, second] = [new Secret('first-master-key-of-some-length'), new Secret('the-second')]
const ann = 'ann@example.com'
const people = ['bob', 'cem', 'dot', 'eve', 'fay'].map((name) => `${name}@example.com`)

function devicesOf(...masters: [Secret, ...Secret[]]) {
  const clock = new FakeClock()
  return {
    clock,
    devices: new KnownDevices({ keys: new KeyRing(masters), clock, random: systemRandom }),
  }
}

describe('a device on which somebody has signed in', () => {
  it('is known by that account, under a name of its own, and by no other', () => {
    const { devices } = devicesOf(first)
    const given = devices.remember(undefined, ann)
    expect(devices.knows(given, ann)).toMatch(/^[\w-]{22}$/)
    expect(devices.knows(given, 'bob@example.com')).toBeUndefined()
    expect(devices.isKnown(given)).toBe(true)
    const other = devices.remember(undefined, ann)
    expect(devices.knows(other, ann)).not.toBe(devices.knows(given, ann))
  })

  it('is known for 180 days, to the minute', () => {
    const { devices, clock } = devicesOf(first)
    const given = devices.remember(undefined, ann)
    expect(knownDeviceLifetime).toBe(180 * 24 * 60 * 60 * 1000)
    clock.advance(knownDeviceLifetime - 1)
    expect(devices.knows(given, ann)).toBeDefined()
    clock.advance(1)
    expect(devices.knows(given, ann)).toBeUndefined()
    expect(devices.isKnown(given)).toBe(false)
  })

  it('keeps its name when somebody signs in again, and begins anew with that account alone', () => {
    const { devices, clock } = devicesOf(first)
    const given = devices.remember(undefined, ann)
    const name = devices.knows(given, ann)
    clock.advance(knownDeviceLifetime / 2)
    const shared = devices.remember(given, 'bob@example.com')
    clock.advance(knownDeviceLifetime / 2 - 1)
    expect([devices.knows(shared, ann), devices.knows(shared, 'bob@example.com')]).toEqual([
      name,
      name,
    ])
    clock.advance(1)
    expect(devices.knows(shared, ann)).toBeUndefined()
    expect(devices.knows(shared, 'bob@example.com')).toBe(name)
    expect(devices.knows(devices.remember(shared, ann), ann)).toBe(name)
  })

  it('is of five accounts at most: those that signed in last', () => {
    const { devices, clock } = devicesOf(first)
    let given = devices.remember(undefined, ann)
    for (const one of people) {
      clock.advance(60_000)
      given = devices.remember(given, one)
    }
    expect(devices.knows(given, ann)).toBeUndefined()
    expect(people.filter((one) => devices.knows(given, one))).toEqual(people)
    // Whoever signs in again stands first, and takes nobody's place.
    given = devices.remember(devices.remember(given, 'bob@example.com'), ann)
    const left = people.filter((one) => devices.knows(given, one))
    expect(left).toEqual(people.filter((one) => one !== 'cem@example.com'))
  })

  it('says nothing that can be read, and stays far below what a browser keeps', () => {
    const { devices } = devicesOf(first)
    let given: string | undefined
    for (const one of [ann, ...people]) given = devices.remember(given, `${'x'.repeat(240)}${one}`)
    expect(given).toMatch(/^[\w.-]+$/)
    expect(given?.length).toBeLessThan(300)
    const parts = (given ?? '').split('.').map((part) => Buffer.from(part, 'base64url').toString())
    expect(`${given}${parts}`).not.toMatch(/example|xxxx|ann@|bob@/)
    // Whoever has no key cannot try names: the same one stands there as something else under another key.
    const hashIn = (text: string) => /\.([\w-]+)-\w+\./.exec(text)?.[1]
    // Half of an HMAC: 128 bits.
    expect(hashIn(devices.remember(undefined, ann))).toMatch(/^[\w-]{21}[AQgw]$/)
    const elsewhere = devicesOf(second).devices
    expect(hashIn(devices.remember(undefined, ann))).not.toBe(
      hashIn(elsewhere.remember(undefined, ann)),
    )
  })
})

describe('what a browser says that we have not said', () => {
  const { devices } = devicesOf(first)
  const given = devices.remember(undefined, ann)
  const isBelieved = (text: string | undefined) =>
    devices.isKnown(text) || devices.knows(text, ann) !== undefined

  it('is believed nowhere that a character is another one, is left out or comes to it', () => {
    expect(isBelieved(given)).toBe(true)
    for (let at = 0; at < given.length; at++) {
      const [before, behind] = [given.slice(0, at), given.slice(at + 1)]
      for (const other of ['A', 'B', '.', '-', '']) {
        if (other !== given[at]) expect(isBelieved(before + other + behind)).toBe(false)
        expect(isBelieved(`${before}${other || ' '}${given.slice(at)}`)).toBe(false)
      }
      expect(isBelieved(before)).toBe(false)
    }
    for (const more of ['A', '=', ' ', '.', '\n', given])
      expect(isBelieved(given + more)).toBe(false)
  })

  it('is believed nowhere that it was said by another key, or of other parts', () => {
    const another = devicesOf(second).devices.remember(undefined, ann)
    expect(isBelieved(another)).toBe(false)
    const [ours, theirs] = [given.split('.'), another.split('.')]
    for (const at of [0, 1, 2]) {
      expect(isBelieved(theirs.with(at, ours[at] as string).join('.'))).toBe(false)
    }
    const own = devices.remember(undefined, 'mallory@example.com').split('.')
    const account = ours[1] as string
    expect(devices.knows(own.with(1, account).join('.'), ann)).toBeUndefined()
    expect(devices.knows(own.toSpliced(1, 0, account).join('.'), ann)).toBeUndefined()
  })

  it.each([
    undefined,
    '',
    '.',
    '..',
    'a.b.c',
    'ü',
    '\u0000',
    '.'.repeat(512),
    'A'.repeat(10_000_000),
  ])('is believed nowhere that it is no such text (case %#)', (text) => {
    expect(isBelieved(text)).toBe(false)
    // It is answered with a new device.
    expect(devices.knows(devices.remember(text, ann), ann)).toMatch(/^[\w-]{22}$/)
  })
})

describe('a device, when the master key is replaced', () => {
  it('stays known as long as the former key is kept, and is said by the new one from then on', () => {
    const before = devicesOf(first).devices.remember(undefined, ann)
    const both = devicesOf(second, first).devices
    const name = both.knows(before, ann)
    expect(name).toBe(devicesOf(first).devices.knows(before, ann))
    const after = both.remember(before, 'bob@example.com')
    expect([both.knows(after, ann), both.knows(after, 'bob@example.com')]).toEqual([name, name])

    const alone = devicesOf(second).devices
    expect(alone.isKnown(before)).toBe(false)
    expect(alone.knows(after, 'bob@example.com')).toBe(name)
    expect(alone.knows(after, ann)).toBeUndefined()
    expect(alone.knows(both.remember(after, ann), ann)).toBe(name)
  })
})
