import { publicId, type Random } from '../../kernel/random.ts'
import type { Wire } from '../kept-channel.ts'
import type { RedisConnection } from './connection.ts'

const channel = 'sallyport:revoked'

/** PUBLISH and SUBSCRIBE: one server delivers in the order in which it was told. */
export function redisWire(redis: RedisConnection, random: Random): Wire {
  const publish = (to: string, text: string) => redis.ask('PUBLISH', to, text)
  return {
    async send(texts) {
      await redis.answer(() => Promise.all(texts.map((text) => publish(channel, text))))
    },
    async open(on) {
      const beats = `sallyport:${publicId(random, 'beat')}`
      const { close } = await redis.subscribe([channel, beats], on)
      return { beat: (text) => redis.answer(() => publish(beats, text)), close }
    },
  }
}
