import { z } from 'zod'
import { avatarPath } from '../world/parties.ts'
import { get, post, type ApiCall, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

const HOUR_MS = 3600_000

function ticketAllowed(call: ApiCall<undefined>): void {
  const { corp, sandbox } = call
  // Per corp 400 an hour, per app 100 an hour (wecom-api/00 §4); one app per corp here.
  if (!sandbox.limits.take(`ticket ${corp.corpid}`, 100, HOUR_MS)) throw new WecomError(45009)
}

/** Tickets, addresses, identity of web visitors, the app itself. gettoken is in gateway.ts: it needs no token. */
export const basicRoutes: ApiRoute[] = [
  get('app', '/cgi-bin/get_jsapi_ticket', (call) => {
    ticketAllowed(call)
    const { ticket, expiresIn } = call.sandbox.credentials.ticket(call.corp.corpid, 'corp')
    return { ticket, expires_in: expiresIn }
  }, { empty: { ticket: '', expires_in: 0 } }),

  get('app', '/cgi-bin/ticket/get', (call) => {
    if (call.query.type !== 'agent_config') throw new WecomError(91040)
    ticketAllowed(call)
    const { ticket, expiresIn } = call.sandbox.credentials.ticket(call.corp.corpid, 'agent')
    return { ticket, expires_in: expiresIn }
  }, { empty: { ticket: '', expires_in: 0 } }),

  get('app', '/cgi-bin/getcallbackip', () => ({ ip_list: ['127.0.0.1'] }), { empty: { ip_list: [] } }),
  get('app', '/cgi-bin/get_api_domain_ip', () => ({ ip_list: ['127.0.0.1'] }), { empty: { ip_list: [] } }),

  get('app', '/cgi-bin/auth/getuserinfo', ({ corp, sandbox, query }) => {
    const taken = sandbox.codes.take(query.code ?? '', corp.corpid)
    if (taken.state === 'invalid') throw new WecomError(40029)
    if (taken.state === 'expired') throw new WecomError(42003)
    const [kind, first = '', ...rest] = taken.value.person.split(':')
    if (kind === 'staff' && first === corp.corpid) {
      const userid = rest.join(':')
      if (corp.staff(userid) === undefined) throw new WecomError(60111)
      const withTicket = taken.value.privateInfo && corp.isVisible(userid)
      return { userid, ...(withTicket ? { user_ticket: sandbox.codes.issueTicket(corp.corpid, userid) } : {}) }
    }
    const person = corp.people.get(first)
    // Somebody from elsewhere still has an openid towards this corp.
    if (person === undefined) return { openid: `oX${Buffer.from(taken.value.person).toString('base64url').slice(0, 26)}` }
    const known = corp.followsOfPerson(person.id).some((follow) => follow.status !== 'half' && corp.isVisible(follow.userid))
    return { openid: person.openid, ...(known ? { external_userid: person.id } : {}) }
  }),

  post('app', '/cgi-bin/auth/getuserdetail', z.object({ user_ticket: z.string() }), ({ corp, sandbox, body }) => {
    const taken = sandbox.codes.ticket(body.user_ticket, corp.corpid)
    if (taken.state === 'invalid') throw new WecomError(84015)
    if (taken.state === 'expired') throw new WecomError(84014)
    const staff = corp.staff(taken.value.userid)
    if (staff === undefined) throw new WecomError(60111)
    return {
      userid: staff.userid, gender: staff.gender, avatar: sandbox.product.origin + avatarPath('staff', corp.corpid, staff.userid),
      qr_code: `${sandbox.product.origin}/sandbox/qr/${corp.corpid}/${staff.userid}`, mobile: staff.mobile, email: staff.email,
      biz_mail: '', address: '',
    }
  }),

  get('app', '/cgi-bin/agent/get', ({ corp, query, sandbox }) => {
    if (query.agentid === undefined || query.agentid === '') throw new WecomError(41011)
    if (query.agentid !== String(corp.app.agentid)) throw new WecomError(301002)
    const range = corp.visibleRange
    return {
      agentid: corp.app.agentid, name: corp.app.name, square_logo_url: sandbox.product.origin + avatarPath('app', corp.corpid, String(corp.app.agentid)),
      description: corp.app.description,
      allow_userinfos: { user: (range.all ? [] : range.userids).map((userid) => ({ userid })) },
      allow_partys: { partyid: range.all ? [1] : range.departments }, allow_tags: { tagid: [] },
      close: corp.app.enabled ? 0 : 1, redirect_domain: corp.trustedDomain.domain, report_location_flag: 0, isreportenter: 1,
      home_url: corp.app.homeUrl, customized_publish_status: 1,
    }
  }),

  get('app', '/cgi-bin/agent/list', ({ corp, sandbox }) => ({
    agentlist: [{
      agentid: corp.app.agentid, name: corp.app.name, square_logo_url: sandbox.product.origin + avatarPath('app', corp.corpid, String(corp.app.agentid)),
    }],
  }), { empty: { agentlist: [] } }),
]
