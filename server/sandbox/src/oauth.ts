import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { htmlPage, escapeHtml } from './html.ts'
import type { PartyId } from './protocol/people.ts'
import { personParty, resolveParty, staffParty } from './world/parties.ts'
import type { Corp } from './world/corp.ts'
import type { Sandbox } from './world/sandbox.ts'

const CONSENT_MS = 30 * 86_400_000

const query = z.object({
  appid: z.string().default(''), agentid: z.string().default(''), redirect_uri: z.string().default(''), state: z.string().default(''),
  scope: z.string().default('snsapi_base'), response_type: z.string().default('code'), login_type: z.string().default('CorpApp'), as: z.string().optional(),
})

type Query = z.output<typeof query>

/** A request that passed the checks of the authorize or login page. */
interface Asked {
  corp: Corp
  redirectUri: URL
  state: string
  privateInfo: boolean
  login: boolean
}

/** Why the page refuses, as the client shows it. */
class Refused extends Error {}

/** redirect_uri's host including port must be the trusted domain exactly; web login also accepts its own domain (wecom-api/00 §6, §7). */
function check(sandbox: Sandbox, asked: Query, login: boolean): Asked {
  const corp = sandbox.corps.get(asked.appid)
  if (corp === undefined) throw new Refused('appid 参数错误')
  if (asked.redirect_uri === '' || !URL.canParse(asked.redirect_uri)) throw new Refused('redirect_uri 参数错误')
  const redirectUri = new URL(asked.redirect_uri)
  const domains = [corp.trustedDomain.domain, ...(login ? [corp.loginDomain] : [])].filter((domain) => domain !== '')
  if (!/^https?:$/.test(redirectUri.protocol) || !domains.includes(redirectUri.host)) throw new Refused('redirect_uri 参数错误')
  if (!login && asked.response_type !== 'code') throw new Refused('response_type 参数错误')
  if (!login && !['snsapi_base', 'snsapi_privateinfo'].includes(asked.scope)) throw new Refused('scope 参数错误')
  if (!/^[A-Za-z0-9]{0,128}$/.test(asked.state)) throw new Refused('state 参数错误：只能是 128 位以内的字母和数字')
  const agentOk = asked.agentid === String(corp.app.agentid)
  if ((login || asked.agentid !== '') && !agentOk) throw new Refused('agentid 参数错误')
  // Without agentid, snsapi_privateinfo degrades to snsapi_base.
  return { corp, redirectUri, state: asked.state, privateInfo: !login && asked.scope === 'snsapi_privateinfo' && agentOk, login }
}

function codeLocation(sandbox: Sandbox, asked: Asked, person: PartyId): string {
  const url = new URL(asked.redirectUri)
  url.searchParams.set('code', sandbox.codes.issue(asked.corp.corpid, person, asked.privateInfo))
  url.searchParams.set('state', asked.state)
  return url.toString()
}

type Decision = { location: string } | { consent: { name: string; app: string } } | { error: string }

/** What happens when this person opens the page. */
function decide(sandbox: Sandbox, asked: Asked, person: string, agreed: boolean): Decision {
  const party = resolveParty(sandbox, person)
  if (party === undefined) return { error: '没有找到这个人' }
  if (party.kind === 'person') return asked.login ? { error: '请使用企业微信扫码' } : { location: codeLocation(sandbox, asked, personParty(party.person.id)) }
  const { staff, corp } = party
  if (staff.status === 5) return { error: '该成员已离职' }
  if (asked.login && (corp !== asked.corp || !corp.isVisible(staff.userid))) return { error: '你没有权限登录该应用，请联系管理员' }
  if (corp === asked.corp && asked.privateInfo && corp.isVisible(staff.userid) && staff.consentUntil < sandbox.clock.now()) {
    if (!agreed && sandbox.settings.oauthConsent === 'ask') return { consent: { name: staff.name, app: corp.app.name } }
    staff.consentUntil = sandbox.clock.now() + CONSENT_MS
    sandbox.onChange()
  }
  return { location: codeLocation(sandbox, asked, staffParty(corp.corpid, staff.userid)) }
}

/** `as=userid:<userid>` or `as=external:<external_userid>`: for tests, answers a plain redirect. */
function personNamed(asked: Asked, as: string): string {
  const [kind, ...rest] = as.split(':')
  return kind === 'userid' ? staffParty(asked.corp.corpid, rest.join(':')) : personParty(rest.join(':'))
}

const codeRequest = z.object({ query: z.string(), login: z.boolean(), person: z.string(), agreed: z.boolean().default(false) })

function pickerPage(asked: Asked): string {
  const { corp } = asked
  const people = corp.allStaff().map((staff) => `<li><button type="button" data-person="${escapeHtml(staffParty(corp.corpid, staff.userid))}">`
    + `${escapeHtml(staff.name)}<small>${escapeHtml(staff.position)}${corp.isVisible(staff.userid) ? '' : ' · 不在可见范围'}</small></button></li>`).join('')
  const title = asked.login ? '模拟扫码登录：选择员工' : '网页授权：这台设备上是谁？'
  const customers = asked.login ? '' : `<p><label>或输入客户的 external_userid<input id="external" autocomplete="off"></label> <button type="button" id="go">以客户身份打开</button></p>`
  return htmlPage(`${corp.app.name} · 授权`, `<main id="oauth" data-login="${asked.login}"><h1>${title}</h1><p class="muted">${escapeHtml(corp.name)} · ${escapeHtml(corp.app.name)}</p>`
    + `<p id="busy" class="muted">正在授权…</p><section id="consent" hidden><h2></h2><p>申请获取你的头像、手机号、邮箱等信息</p><button type="button" id="agree">同意</button></section>`
    + `<section id="picker" hidden><ul>${people}</ul>${customers}</section><p id="error" role="alert"></p></main>`, ['/sandbox/static/oauth.js'])
}

/** The pages a browser sees instead of open.weixin.qq.com and login.work.weixin.qq.com. */
export async function oauthPages(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  const serve = (path: string, login: boolean): void => {
    app.get(path, async (request, reply) => {
      const parsed = query.safeParse(request.query)
      try {
        if (!parsed.success) throw new Refused('参数错误')
        const asked = check(sandbox, parsed.data, login)
        if (parsed.data.as === undefined) return await reply.type('text/html; charset=utf-8').send(pickerPage(asked))
        const decision = decide(sandbox, asked, personNamed(asked, parsed.data.as), true)
        if ('location' in decision) return await reply.redirect(decision.location, 302)
        throw new Refused('error' in decision ? decision.error : '需要同意授权')
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        return reply.code(400).type('text/html; charset=utf-8').send(htmlPage('出错了', `<main><h1>${escapeHtml(error.message)}</h1><p class="muted">企业微信没有放行这次跳转，请检查应用的可信域名与参数。</p></main>`, []))
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
      return decide(sandbox, check(sandbox, parsed, body.login), body.person, body.agreed)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return reply.code(400).send({ error: error.message })
    }
  })
}
