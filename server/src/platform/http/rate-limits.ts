import type { FastifyInstance, FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import type { Rate } from '@zhike/shared/contract'
import type { Log } from '../log.ts'
import { secondsToWait } from '../rate.ts'
import type { RedisClient } from '../redis.ts'
import { tooMany } from './errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts one request of this caller; @throws AppError `too_many` when the rate is used up. */
    countRequest(what: string, rate: Rate, caller: string): Promise<void>
  }
  interface FastifyContextConfig {
    /** How often one address may ask for this route. For routes outside of the contract, which declares its own. */
    rate?: Rate
  }
}

/** A Redis that does not answer must not hold a request up for longer (ms), and is then left alone for a while (ms). */
const PATIENCE_MS = 1000
const REST_MS = 2000

/**
 * Limits how often people and addresses ask, counted in Redis for all web processes together. With Redis away nothing is
 * counted: who works must not be stopped by what keeps others from overdoing it.
 */
export function rateLimits(app: FastifyInstance, { redis, prefix, log }: { redis: RedisClient; prefix: string; log: Log }): void {
  let resting = false

  async function secondsLeft(key: string, rate: Rate): Promise<number> {
    if (resting) return 0
    let late: NodeJS.Timeout | undefined
    const patience = new Promise<never>((_done, fail) => {
      // In a rush of requests the answer may be there and not read yet: a busy process must not take that for a silent Redis.
      late = setTimeout(() => setImmediate(() => setImmediate(() => fail(new Error('Redis does not answer')))), PATIENCE_MS)
    })
    try {
      return await Promise.race([secondsToWait(redis, { key, ...rate }), patience])
    } catch (error) {
      log.debug({ err: error }, 'requests not counted')
      resting = true
      setTimeout(() => { resting = false }, REST_MS).unref()
      return 0
    } finally {
      clearTimeout(late)
    }
  }

  app.decorate('countRequest', async (what: string, rate: Rate, caller: string) => {
    const seconds = await secondsLeft(`${prefix}:rate:{${caller}}:${what}`, rate)
    if (seconds > 0) throw tooMany(seconds)
  })
  // Only routes that ask for it get the hook: the others, beacons and callbacks among them, pay nothing.
  app.addHook('onRoute', (route) => {
    const rate = route.config?.rate
    if (!rate) return
    const count = (request: FastifyRequest) => app.countRequest(route.url, rate, addressOf(request.ip))
    route.onRequest = [...[route.onRequest ?? []].flat(), count]
  })
}

/** Whoever has an IPv6 connection has a whole /64 of addresses: they count as one. */
export function addressOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip
  const address = ipaddr.process(ip)
  return address.kind() === 'ipv6' ? `${ipaddr.IPv6.networkAddressFromCIDR(`${ip.replace(/%.*$/, '')}/64`).toString()}/64` : address.toString()
}
