import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Rate } from '@zhike/shared/contract'
import { createSigner } from '../../platform/crypto/secret-box.ts'
import { noticePage } from '../../platform/http/notice-page.ts'
import type { Platform } from '../../platform/platform.ts'
import { isRedisAway } from '../../platform/redis.ts'
import type { Corp, Corps } from '../corps/index.ts'

/** Where people sign in, outside of our pages. The address of our callback names it. */
export interface Provider<Person> {
  name: 'wecom' | 'wechat'
  /** Who came back with this code. Whatever it throws means that nobody could tell. */
  personOf(corp: Corp, code: string): Promise<Person>
}

/** What came of it. `refused`: she came back without a code, which is how a no is told. */
export type Outcome<Person> = { kind: 'person'; person: Person } | { kind: 'refused' } | { kind: 'unknown'; error: unknown }

export interface SignedIn<Person> { corp: Corp; payload: string; outcome: Outcome<Person>; request: FastifyRequest; reply: FastifyReply }
/** Answers the request when a person is back. */
export type SignedInHandler<Person> = (signedIn: SignedIn<Person>) => Promise<FastifyReply>

/** What a sign-in was started for: remembered in a signed cookie of the browser that started it. */
const intent = z.object({ provider: z.string().default('wecom'), state: z.string(), corpId: z.number(), purpose: z.string(), payload: z.string(), until: z.number() })

const INTENT_MS = 10 * 60 * 1000
/** Per address; people of one shop share one. */
export const SIGN_INS: Rate = { most: 120, seconds: 60 }

/**
 * The way out to a provider and back. The state is bound to the browser by a signed cookie of ten minutes, so an answer that
 * somebody else started is not accepted (login CSRF), and it is answered once.
 */
export function createSignInDoor<Person>(platform: Platform, needs: { corps: Pick<Corps, 'byId'> }, provider: Provider<Person>) {
  const { clock, config, log } = platform
  const signer = createSigner(config.appKey, 'sign-in')
  const handlers = new Map<string, SignedInHandler<Person>>()
  const path = `/auth/${provider.name}/callback`

  async function callback(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const query = z.object({ code: z.string().max(600).optional(), state: z.string().max(128) }).safeParse(request.query)
    const cookie = query.success ? request.cookies[cookieOf(query.data.state)] : undefined
    const text = cookie ? signer.verify(cookie) : null
    const remembered = text ? intent.safeParse(JSON.parse(text)) : null
    if (!query.success || !remembered?.success || remembered.data.provider !== provider.name || remembered.data.state !== query.data.state || remembered.data.until < clock.now()) {
      return noticePage(reply, 400, '登录没有完成', '这次登录已过期，或不是从这台设备发起的。请关闭页面后重新打开。')
    }
    const { corpId, purpose, payload } = remembered.data
    if (!(await firstUse(query.data.state))) return noticePage(reply, 400, '登录没有完成', '这次登录已经用过了。请关闭页面后重新打开。')
    reply.clearCookie(cookieOf(query.data.state), { path: '/auth/' })
    const corp = await needs.corps.byId(corpId)
    const handler = handlers.get(purpose)
    if (!corp || !handler) return noticePage(reply, 404, '登录没有完成', '没有找到对应的企业，请联系管理员。')
    return await handler({ corp, payload, outcome: await outcomeOf(corp, purpose, query.data.code), request, reply })
  }

  async function outcomeOf(corp: Corp, purpose: string, code: string | undefined): Promise<Outcome<Person>> {
    if (!code) return { kind: 'refused' }
    try {
      return { kind: 'person', person: await provider.personOf(corp, code) }
    } catch (error) {
      log.warn({ err: error, purpose, provider: provider.name }, 'nobody could tell who signed in')
      return { kind: 'unknown', error }
    }
  }

  /** A state is answered once, so that nobody makes us ask again and again. With Redis away the cookie alone decides. */
  async function firstUse(state: string): Promise<boolean> {
    try {
      return (await platform.redis.set(`${config.redisPrefix}:signed-in:${state}`, '1', 'EX', INTENT_MS / 1000, 'NX')) === 'OK'
    } catch (error) {
      if (!isRedisAway(error)) throw error
      return true
    }
  }

  return {
    /** Sends the browser to the address that `addressOf` makes of our callback and a state. */
    open(reply: FastifyReply, about: { corp: Corp; purpose: string; payload: string }, addressOf: (request: { redirectUri: string; state: string }) => string): FastifyReply {
      const state = randomBytes(16).toString('hex')
      const { corp, purpose, payload } = about
      const remembered: z.input<typeof intent> = { provider: provider.name, state, corpId: corp.id, purpose, payload, until: clock.now() + INTENT_MS }
      reply.setCookie(cookieOf(state), signer.sign(JSON.stringify(remembered)), { path: '/auth/', httpOnly: true, sameSite: 'lax', secure: config.secure, maxAge: INTENT_MS / 1000 })
      return reply.header('cache-control', 'no-store').redirect(addressOf({ redirectUri: `${config.baseUrl}${path}`, state }))
    },
    /** Says what happens when people come back who were sent away for `purpose`. */
    on(purpose: string, handler: SignedInHandler<Person>): void {
      handlers.set(purpose, handler)
    },
    routes(app: FastifyInstance): void {
      app.get(path, { config: { rate: SIGN_INS } }, callback)
    },
  }
}

function cookieOf(state: string): string {
  return `zk_oauth_${state.replace(/[^a-z0-9]/g, '').slice(0, 8)}`
}
