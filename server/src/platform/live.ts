import { EventEmitter } from 'node:events'
import type { LiveEvent } from '@zhike/shared'
import type { Log } from './log.ts'
import type { RedisClient } from './redis.ts'

/** News for browsers, between processes: whoever publishes reaches every web process at once. Nothing is stored. */
export interface LiveBus {
  publish(corpId: number, message: LiveMessage): Promise<void>
  /** @returns a function that ends the subscription */
  subscribe(corpId: number, listener: (message: LiveMessage) => void): () => void
  close(): void
}

/** @property owners staff ids whose data this is: receivers check it against their data scope. Empty: for `to` only. */
export interface LiveMessage { owners: number[]; to?: number; event: LiveEvent }

export function createLiveBus(publisher: RedisClient, openSubscriber: () => RedisClient, log: Log, prefix: string): LiveBus {
  const channelOf = (corpId: number) => `${prefix}:live:${corpId}`
  const local = new EventEmitter()
  local.setMaxListeners(0)
  let subscriber: RedisClient | null = null
  const listen = (channel: string) => {
    if (!subscriber) {
      subscriber = openSubscriber()
      subscriber.on('message', (from: string, text: string) => local.emit(from, JSON.parse(text) as LiveMessage))
    }
    subscriber.subscribe(channel).catch((error: unknown) => log.warn({ err: error }, 'could not subscribe to live news'))
  }
  return {
    async publish(corpId, message) {
      await publisher.publish(channelOf(corpId), JSON.stringify(message))
    },
    subscribe(corpId, listener) {
      const channel = channelOf(corpId)
      if (local.listenerCount(channel) === 0) listen(channel)
      local.on(channel, listener)
      return () => {
        local.off(channel, listener)
        if (local.listenerCount(channel) === 0) void subscriber?.unsubscribe(channel)
      }
    },
    close() {
      local.removeAllListeners()
      subscriber?.disconnect()
    },
  }
}
