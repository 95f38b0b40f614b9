import { EventEmitter } from 'node:events'
import { liveEvent } from '@zhike/shared/contract'
import { z } from 'zod'
import type { Log } from './log.ts'
import type { RedisClient } from './redis.ts'

/** News for browsers, between processes: whoever publishes reaches every web process at once. Nothing is stored. */
export interface LiveBus {
  publish(corpId: number, message: LiveMessage): Promise<void>
  /** Does anybody listen to this corp, in whichever process? For news that comes again soon: the answer may be a second old. */
  isHeard(corpId: number): Promise<boolean>
  /** @returns a function that ends the subscription */
  subscribe(corpId: number, listener: (message: LiveMessage) => void): () => void
  close(): void
}

/** @property owners staff ids whose data this is: receivers check it against their data scope. Empty: for `to` only. */
export type LiveMessage = z.infer<typeof liveMessage>
const liveMessage = z.object({ owners: z.array(z.number().int()), to: z.number().int().optional(), event: liveEvent })

const HEARD_MS = 1000

/** Makes the bus of one process on Redis' channels; it listens only to corps that somebody here has subscribed to. */
export function createLiveBus(publisher: RedisClient, openSubscriber: () => RedisClient, log: Log, prefix: string): LiveBus {
  const channelOf = (corpId: number) => `${prefix}:live:${corpId}`
  const local = new EventEmitter()
  local.setMaxListeners(0)
  const heard = new Map<number, { until: number; answer: Promise<boolean> }>()
  let subscriber: RedisClient | null = null
  const listen = (channel: string) => {
    if (!subscriber) {
      subscriber = openSubscriber()
      subscriber.on('message', hear)
    }
    subscriber.subscribe(channel).catch((error: unknown) => log.warn({ err: error }, 'could not subscribe to live news'))
  }
  const hear = (channel: string, text: string) => {
    const message = readMessage(text)
    if (message) local.emit(channel, message)
    else log.error({ channel }, 'a damaged live message was dropped')
  }
  const askHeard = async (corpId: number): Promise<boolean> => {
    // Each node of a cluster knows only who listens at itself.
    if (publisher.isCluster) return true
    const answer: unknown = await publisher.pubsub('NUMSUB', channelOf(corpId))
    return Array.isArray(answer) && Number(answer[1]) > 0
  }
  return {
    async isHeard(corpId) {
      const now = performance.now()
      const known = heard.get(corpId)
      if (known && known.until > now) return await known.answer
      const answer = askHeard(corpId)
      heard.set(corpId, { until: now + HEARD_MS, answer })
      return await answer
    },
    async publish(corpId, message) {
      await publisher.publish(channelOf(corpId), JSON.stringify(message))
    },
    subscribe(corpId, listener) {
      const channel = channelOf(corpId)
      if (local.listenerCount(channel) === 0) listen(channel)
      local.on(channel, listener)
      return () => {
        local.off(channel, listener)
        if (local.listenerCount(channel) > 0) return
        subscriber?.unsubscribe(channel).catch((error: unknown) => log.debug({ err: error }, 'could not unsubscribe from live news'))
      }
    },
    close() {
      local.removeAllListeners()
      subscriber?.disconnect()
    },
  }
}

/** Null when it is none of ours: during an update another version of the program may be speaking. */
function readMessage(text: string): LiveMessage | null {
  try {
    return liveMessage.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}
