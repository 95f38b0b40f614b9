import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { corpAuthorization } from './corp-authorization.ts'
import { htmlPage, escapeHtml } from './html.ts'
import { type Authorization, Refused } from './oauth-authorization.ts'
import { accountAuthorization } from './official-account/account-authorization.ts'
import type { Sandbox } from './world/sandbox.ts'

const query = z.object({
  appid: z.string().default(''), agentid: z.string().default(''), redirect_uri: z.string().default(''), state: z.string().default(''),
  scope: z.string().default('snsapi_base'), response_type: z.string().default('code'), login_type: z.string().default('CorpApp'), as: z.string().optional(),
})

/** The AppID says whether a corp or an official account asks. */
function authorizationOf(sandbox: Sandbox, asked: z.output<typeof query>, login: boolean): Authorization {
  const account = login ? undefined : sandbox.accountOf(asked.appid)
  return account === undefined ? corpAuthorization(sandbox, asked, login) : accountAuthorization(sandbox, account, asked)
}

const codeRequest = z.object({ query: z.string(), login: z.boolean(), person: z.string(), agreed: z.boolean().default(false) })

function pickerPage({ owner, app, people, customers }: Authorization, login: boolean): string {
  const choices = people.map(({ party, name, about }) => `<li><button type="button" data-person="${escapeHtml(party)}">${escapeHtml(name)}<small>${escapeHtml(about)}</small></button></li>`).join('')
  const title = login ? '模拟扫码登录：选择员工' : '网页授权：这台设备上是谁？'
  const byId = customers ? `<p><label>${people.length > 0 ? '或输入' : '输入'}客户的 external_userid<input id="external" autocomplete="off"></label> <button type="button" id="go">以客户身份打开</button></p>` : ''
  return htmlPage(`${app} · 授权`, `<main id="oauth" data-login="${login}"><h1>${title}</h1><p class="muted">${escapeHtml(owner)} · ${escapeHtml(app)}</p>`
    + '<p id="busy" class="muted">正在授权…</p><section id="consent" hidden><h2></h2><p></p><button type="button" id="agree">允许</button> <button type="button" id="refuse" hidden>拒绝</button></section>'
    + `<section id="picker" hidden><ul>${choices}</ul>${byId}</section><p id="error" role="alert"></p></main>`, ['/sandbox/static/oauth.js'])
}

/** The pages a browser sees instead of open.weixin.qq.com and login.work.weixin.qq.com. */
export async function oauthPages(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  const serve = (path: string, login: boolean): void => {
    app.get(path, async (request, reply) => {
      const parsed = query.safeParse(request.query)
      try {
        if (!parsed.success) throw new Refused('参数错误')
        const asked = authorizationOf(sandbox, parsed.data, login)
        if (parsed.data.as === undefined) return await reply.type('text/html; charset=utf-8').send(pickerPage(asked, login))
        const decision = asked.decide(asked.personNamed(parsed.data.as), true)
        if ('location' in decision) return await reply.redirect(decision.location, 302)
        throw new Refused('error' in decision ? decision.error : '需要同意授权')
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        return reply.code(400).type('text/html; charset=utf-8').send(htmlPage('出错了', `<main><h1>${escapeHtml(error.message)}</h1><p class="muted">这次跳转没有被放行，请检查后台里的域名与参数。</p></main>`, []))
      }
    })
  }
  for (const prefix of ['', '/sandbox']) {
    serve(`${prefix}/connect/oauth2/authorize`, false)
    serve(`${prefix}/wwlogin/sso/login`, true)
  }

  app.post('/sandbox/api/oauth/code', async (request, reply) => {
    const body = codeRequest.parse(request.body)
    const parsed = query.parse(Object.fromEntries(new URLSearchParams(body.query)))
    try {
      return authorizationOf(sandbox, parsed, body.login).decide(body.person, body.agreed)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return reply.code(400).send({ error: error.message })
    }
  })
}
