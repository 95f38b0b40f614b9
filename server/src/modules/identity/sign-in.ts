import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../platform/http/errors.ts'
import { noticePage } from '../../platform/http/notice-page.ts'
import type { Platform } from '../../platform/platform.ts'
import { getMember, getSignedInPerson, oauthUrl, webLoginUrl } from '../../wecom/index.ts'
import type { SignedInPerson } from '../../wecom/index.ts'
import type { Audit } from '../audit/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Corp, Corps } from '../corps/index.ts'
import type { Access } from './access.ts'
import { stateOf } from './contacts-write.ts'
import type { ContactsWriter } from './contacts-write.ts'
import { createSignInDoor, SIGN_INS } from './sign-in-door.ts'
import type { SignedIn } from './sign-in-door.ts'
import { peopleOf } from './store.ts'

export type SignIn = ReturnType<typeof createSignIn>

/** Sign-in through WeCom: OAuth inside the client, QR page in an ordinary browser (SYS-3). Other areas start it for purposes of their own. */
export function createSignIn(platform: Platform, needs: { corps: Corps; access: Access; audit: Audit; contacts: ContactsWriter }) {
  const { clock, config } = platform
  const door = createSignInDoor<SignedInPerson>(platform, needs, { name: 'wecom', personOf: async (corp, code) => getSignedInPerson(await needs.corps.wecom(corp.id), code) })
  door.on('staff', signInStaff)

  /** Sends the browser to WeCom. */
  function start(reply: FastifyReply, corp: Corp, purpose: string, payload: string, mode: 'client' | 'web' = 'client'): FastifyReply {
    const { agentId, wecomCorpId } = corp
    if (agentId === null) return noticePage(reply, 503, '还差一步', '管理员还没有完成企业微信的设置，请联系管理员。')
    return door.open(reply, { corp, purpose, payload }, (back) => {
      const request = { app: { wecomCorpId, agentId }, ...back }
      return mode === 'web' ? webLoginUrl(config.wecom.loginBase, request) : oauthUrl(config.wecom.oauthBase, request, 'snsapi_base')
    })
  }

  async function signInStaff({ corp, payload, outcome, request, reply }: SignedIn<SignedInPerson>): Promise<FastifyReply> {
    if (outcome.kind === 'unknown') return explain(reply, outcome.error)
    const person = outcome.kind === 'person' ? outcome.person : null
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
    on: door.on,
    routes(app: FastifyInstance): void {
      door.routes(app)
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
