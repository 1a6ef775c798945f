import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { Revocation, SessionId, Word } from '../core/sessions/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { aTokenHash } from '../testing/records.ts'
import { KeptChannel, type Wire, type WireEvents } from './kept-channel.ts'

const account = 'acc_1' as AccountId
const one: Revocation = { account, session: 'sn_1' as SessionId }
const all: Revocation = { account, session: undefined }

const opened: KeptChannel[] = []
afterEach(() => {
  for (const channel of opened.splice(0)) channel.close()
})

/** A server in this process; `mute` lets beats vanish, `away` refuses everything. */
function setUp() {
  const server = {
    lines: new Set<WireEvents>(),
    sent: [] as (readonly string[])[],
    away: false,
    mute: false,
    opened: 0,
  }
  const wire: Wire = {
    async send(texts) {
      if (server.away) throw new Error('away')
      server.sent.push(texts)
      for (const line of server.lines) for (const text of texts) line.heard(text)
    },
    async open(on) {
      if (server.away) throw new Error('away')
      await delay(0)
      server.opened += 1
      server.lines.add(on)
      return {
        beat: async (text) => {
          if (!server.mute) on.heard(text)
        },
        close: () => server.lines.delete(on),
      }
    },
  }
  const heard: Word[] = []
  const told = { gaps: 0, faults: [] as (string | undefined)[] }
  const channel = new KeptChannel({
    wire,
    clock: systemClock,
    report: (fault) => told.faults.push(fault),
  })
  opened.push(channel)
  channel.listen({
    told: (word) => heard.push(word),
    missed: () => {
      told.gaps += 1
    },
  })
  const isHeard = () => channel.isHeard(systemClock.now())
  return { channel, server, heard, told, isHeard }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(10)
}

describe('a channel that is kept', () => {
  it('is heard once its own beat has come back, and carries what is sent', async () => {
    const { channel, heard, isHeard } = setUp()
    expect(isHeard()).toBe(false)
    await until(isHeard)
    const token = { token: aTokenHash() }
    await channel.send([one, all, token])
    expect(heard).toEqual([one, all, token])
  })

  it('sends what many say in one turn as one message', async () => {
    const { channel, server } = setUp()
    await Promise.all(Array.from({ length: 16 }, () => channel.send([one])))
    expect(server.sent).toHaveLength(1)
    expect(server.sent.flat()).toHaveLength(16)
  })

  it('forgets and listens anew when the connection breaks, and says so once', async () => {
    const { server, told, isHeard } = setUp()
    await until(isHeard)
    const { gaps } = told
    server.away = true
    for (const line of server.lines) line.broken()
    await until(() => told.gaps > gaps)
    expect(isHeard()).toBe(false)
    await until(() => told.gaps > gaps + 2)
    server.away = false
    await until(isHeard)
    expect(told.faults).toEqual(['the connection has ended', undefined])
  })

  it('gives up a line on which its beats do not come back', async () => {
    const { server, told, isHeard } = setUp()
    await until(isHeard)
    const [first] = server.lines
    server.mute = true
    await until(() => !isHeard())
    await until(() => first !== undefined && !server.lines.has(first))
    expect(told.faults).toEqual(['nothing comes back'])
    server.mute = false
    await until(isHeard)
  })

  it('keeps what could not be sent, and has sent it before it says that the next word is out', async () => {
    const { channel, server, heard } = setUp()
    await until(() => server.lines.size > 0)
    server.away = true
    await expect(channel.send([one])).rejects.toThrow('away')
    await expect(channel.send([])).rejects.toThrow('away')
    server.away = false
    await channel.send([])
    expect(heard).toEqual([one])
    await channel.send([])
    expect(server.sent).toHaveLength(1)
  })

  it('lets nobody add to too much that waits: nothing is called sent that was not', async () => {
    const { channel, server } = setUp()
    server.away = true
    await expect(channel.send(Array.from({ length: 10_000 }, () => one))).rejects.toThrow('away')
    await expect(channel.send([one])).rejects.toThrow('away')
    server.away = false
    await channel.send([one])
    expect(server.sent.map((texts) => texts.length)).toEqual([10_000, 1])
  })

  it('keeps no line that was opened while it was being closed', async () => {
    const { channel, server } = setUp()
    channel.close()
    await until(() => server.opened > 0)
    await until(() => server.lines.size === 0)
  })

  it('is over when it is closed', async () => {
    const { channel, server, told, isHeard } = setUp()
    await until(isHeard)
    channel.close()
    await until(() => server.lines.size === 0)
    expect(isHeard()).toBe(false)
    expect(told.faults).toEqual([])
  })
})
