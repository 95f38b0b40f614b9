import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Rate } from '@zhike/shared/contract'
import { createSigner } from '../../platform/crypto/secret-box.ts'
import { AppError } from '../../platform/http/errors.ts'
import { noticePage } from '../../platform/http/notice-page.ts'
import type { Platform } from '../../platform/platform.ts'
import { isRedisAway } from '../../platform/redis.ts'
import { getMember, getSignedInPerson, oauthUrl, webLoginUrl } from '../../wecom/index.ts'
import type { SignedInPerson } from '../../wecom/index.ts'
import type { Audit } from '../audit/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Corp, Corps } from '../corps/index.ts'
import type { Access } from './access.ts'
import { stateOf } from './contacts-write.ts'
import type { ContactsWriter } from './contacts-write.ts'
import { peopleOf } from './store.ts'

/** What a sign-in was started for: remembered in a signed cookie of the browser that started it. */
const intent = z.object({ state: z.string(), corpId: z.number(), purpose: z.string(), payload: z.string(), until: z.number() })

export interface SignedIn { corp: Corp; payload: string; person: SignedInPerson | null; request: FastifyRequest; reply: FastifyReply }
/** Answers the request when the person is back from WeCom. `person` is null when WeCom did not say who it was. */
export type SignedInHandler = (signedIn: SignedIn) => Promise<FastifyReply>

export type SignIn = ReturnType<typeof createSignIn>

const INTENT_MS = 10 * 60 * 1000
/** Per address; people of one shop share one. */
const SIGN_INS: Rate = { most: 120, seconds: 60 }

/** Sign-in through WeCom: OAuth inside the client, QR page in an ordinary browser (SYS-3). Other areas start it for purposes of their own. */
export function createSignIn(platform: Platform, needs: { corps: Corps; access: Access; audit: Audit; contacts: ContactsWriter }) {
  const { clock, config, log } = platform
  const signer = createSigner(config.appKey, 'sign-in')
  const handlers = new Map<string, SignedInHandler>([['staff', signInStaff]])

  /**
   * Sends the browser to WeCom. The state is bound to this browser by a signed cookie of ten minutes,
   * so an answer that somebody else started is not accepted (login CSRF).
   */
  function start(reply: FastifyReply, corp: Corp, purpose: string, payload: string, mode: 'client' | 'web' = 'client'): FastifyReply {
    if (corp.agentId === null) return noticePage(reply, 503, '还差一步', '管理员还没有完成企业微信的设置，请联系管理员。')
    const state = randomBytes(16).toString('hex')
    const remembered = signer.sign(JSON.stringify({ state, corpId: corp.id, purpose, payload, until: clock.now() + INTENT_MS } satisfies z.infer<typeof intent>))
    reply.setCookie(cookieOf(state), remembered, { path: '/auth/', httpOnly: true, sameSite: 'lax', secure: config.secure, maxAge: INTENT_MS / 1000 })
    const request = { app: { wecomCorpId: corp.wecomCorpId, agentId: corp.agentId }, redirectUri: `${config.baseUrl}/auth/wecom/callback`, state }
    return reply.header('cache-control', 'no-store').redirect(mode === 'web' ? webLoginUrl(config.wecom.loginBase, request) : oauthUrl(config.wecom.oauthBase, request, 'snsapi_base'))
  }

  async function callback(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const query = z.object({ code: z.string().max(600).optional(), state: z.string().max(128) }).safeParse(request.query)
    const cookie = query.success ? request.cookies[cookieOf(query.data.state)] : undefined
    const text = cookie ? signer.verify(cookie) : null
    const remembered = text ? intent.safeParse(JSON.parse(text)) : null
    if (!query.success || !remembered?.success || remembered.data.state !== query.data.state || remembered.data.until < clock.now()) {
      return noticePage(reply, 400, '登录没有完成', '这次登录已过期，或不是从这台设备发起的。请关闭页面后重新打开。')
    }
    const { corpId, purpose, payload } = remembered.data
    if (!(await firstUse(query.data.state))) return noticePage(reply, 400, '登录没有完成', '这次登录已经用过了。请关闭页面后重新打开。')
    reply.clearCookie(cookieOf(query.data.state), { path: '/auth/' })
    const corp = await needs.corps.byId(corpId)
    const handler = handlers.get(purpose)
    if (!corp || !handler) return noticePage(reply, 404, '登录没有完成', '没有找到对应的企业，请联系管理员。')
    let person: SignedInPerson | null = null
    try {
      if (query.data.code) person = await getSignedInPerson(await needs.corps.wecom(corpId), query.data.code)
    } catch (error) {
      log.warn({ err: error, purpose }, 'WeCom did not say who signed in')
      if (purpose === 'staff') return explain(reply, error)
    }
    return await handler({ corp, payload, person, request, reply })
  }

  /** A state is answered once, so that nobody makes us ask WeCom again and again. With Redis away the cookie alone decides. */
  async function firstUse(state: string): Promise<boolean> {
    try {
      return (await platform.redis.set(`${config.redisPrefix}:signed-in:${state}`, '1', 'EX', INTENT_MS / 1000, 'NX')) === 'OK'
    } catch (error) {
      if (!isRedisAway(error)) throw error
      return true
    }
  }

  async function signInStaff({ corp, payload, person, request, reply }: SignedIn): Promise<FastifyReply> {
    if (person?.kind !== 'member') return noticePage(reply, 403, '无法登录', '只有本企业的成员可以登录。如果你是成员，请确认自己在应用的可见范围内。')
    const people = peopleOf(platform.db, corp.id)
    try {
      const member = await getMember(await needs.corps.wecom(corp.id), person.userId)
      if (stateOf(member) !== 'active') return noticePage(reply, 403, '无法登录', '你的账号已停用或已离职，如有疑问请联系管理员。')
      await needs.contacts.saveMembers(corp.id, [member])
    } catch (error) {
      return explain(reply, error)
    }
    const staff = (await people.staffByUserids([person.userId]))[0]
    if (!staff) throw new AppError('internal', '登录失败，请稍后再试')
    await needs.access.begin(reply, corp.id, staff.id)
    await needs.audit.record(platform.db, { corpId: corp.id, actorId: staff.id, action: 'session.signed_in', subject: staff.name, from: request.ip })
    if (!corp.proofs.oauthAt) await needs.corps.prove(corp.id, { oauthAt: clock.now() })
    return reply.header('cache-control', 'no-store').redirect(payload)
  }

  function explain(reply: FastifyReply, error: unknown): FastifyReply {
    const known = asAppError(error)
    if (!(known instanceof AppError)) throw known
    return noticePage(reply, 502, '企业微信没有让我们登录', known.details?.advice ? `${known.message} ${known.details.advice}` : known.message)
  }

  return {
    start,
    /** Says what happens when people come back who were sent to WeCom for `purpose`. */
    on(purpose: string, handler: SignedInHandler): void {
      handlers.set(purpose, handler)
    },
    routes(app: FastifyInstance): void {
      app.get('/auth/wecom/callback', { config: { rate: SIGN_INS } }, callback)
      const beginning = z.object({ next: z.string().max(2000).catch('/workbench'), mode: z.enum(['client', 'web']).catch('client') })
      app.get('/auth/wecom/:wecomCorpId', { config: { rate: SIGN_INS } }, async (request, reply) => {
        const { wecomCorpId } = z.object({ wecomCorpId: z.string().max(64) }).parse(request.params)
        const { next, mode } = beginning.parse(request.query)
        const corp = await needs.corps.byWecomId(wecomCorpId)
        if (!corp) return noticePage(reply, 404, '没有这家企业', '这个企业还没有在本系统登记，请核对地址，或联系管理员。')
        return start(reply, corp, 'staff', safeNext(next), mode)
      })
      // An address without a corp: enough where there is only one.
      app.get('/auth/wecom', { config: { rate: SIGN_INS } }, async (request, reply) => {
        const { next, mode } = beginning.parse(request.query)
        const [corp, other] = await needs.corps.active()
        if (!corp) return noticePage(reply, 404, '还没有企业', '这台服务器上还没有登记企业，请管理员在服务器上运行 npm run corp。')
        if (other) return noticePage(reply, 404, '请从企业微信打开', '这台服务器上有多家企业。请从企业微信的工作台或聊天侧边栏打开，或打开带企业 ID 的地址：/workbench?corp=企业ID。')
        return start(reply, corp, 'staff', safeNext(next), mode)
      })
    },
  }
}

/** Only paths of our own: never a way to send people elsewhere. */
export function safeNext(next: string): string {
  return /^\/(?![/\\])[\x20-\x5b\x5d-\x7e]{0,1000}$/.test(next) ? next : '/workbench'
}

function cookieOf(state: string): string {
  return `zk_oauth_${state.replace(/[^a-z0-9]/g, '').slice(0, 8)}`
}
