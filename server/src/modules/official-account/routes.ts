import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { officialAccountContract } from '@zhike/shared/contract'
import { noticePage } from '../../platform/http/notice-page.ts'
import { explainWechatError } from '../../wechat/index.ts'
import type { Corps } from '../corps/index.ts'
import { SIGN_INS } from '../identity/index.ts'
import type { Register } from '../identity/index.ts'
import type { AccountSettings } from './settings.ts'
import type { AccountSignIn } from './sign-in.ts'

export function officialAccountRoutes(register: Register, settings: AccountSettings): void {
  register(officialAccountContract, {
    'GET /api/official-account': ({ viewer }) => settings.state(viewer),
    'PUT /api/official-account': ({ viewer, body, request }) => settings.save(viewer, body, request.ip),
    'POST /api/official-account/check': ({ viewer }) => settings.check(viewer),
    'DELETE /api/official-account': ({ viewer, request }) => settings.remove(viewer, request.ip),
  })
}

/** An administrator opens it once in WeChat: whoever comes back has shown that the domain is entered rightly. Nothing is kept of her. */
export function tryRoute(app: FastifyInstance, { corps, signIn }: { corps: Pick<Corps, 'byWecomId'>; signIn: AccountSignIn }): void {
  app.get('/auth/wechat/:wecomCorpId', { config: { rate: SIGN_INS } }, async (request, reply) => {
    const { wecomCorpId } = z.object({ wecomCorpId: z.string().max(64) }).parse(request.params)
    const corp = await corps.byWecomId(wecomCorpId)
    const sent = corp && await signIn.start(reply, corp, 'try', '')
    return sent ?? noticePage(reply, 404, '没有公众号', '这家企业还没有在本系统接入公众号，请核对地址，或联系管理员。')
  })
  signIn.on('try', async ({ outcome, reply }): Promise<FastifyReply> => {
    if (outcome.kind === 'refused') return noticePage(reply, 200, '没有同意授权', '网页授权域名没有问题：微信已经把你带回来了。要看到 unionid，请再打开一次并同意。')
    if (outcome.kind === 'unknown') {
      const { message, advice } = explainWechatError(outcome.error)
      return noticePage(reply, 502, '公众号还没有连通', `${message}${advice}`)
    }
    return noticePage(reply, 200, '公众号已连通', outcome.person.unionId === null ? '这次没有得到 unionid：静默识别时只有关注者才有，并且公众号要绑定微信开放平台账号。' : '微信给出了 unionid，可以认出客户。现在可以关闭这个页面。')
  })
}
