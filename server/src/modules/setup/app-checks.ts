import { WecomError, callerIpOf, getAgent, getMember } from '../../wecom/index.ts'
import type { WecomAgent, WecomClient } from '../../wecom/index.ts'
import type { Corp } from '../corps/index.ts'
import { CONSOLE } from './console-paths.ts'
import { failed, ok, refused } from './finding.ts'
import type { Finding } from './finding.ts'

/** The links that one call with the app's own token shows: secret, trusted IP, and what the app may see. */
interface AppFindings { secret: Finding; trusted_ip?: Finding; visible_range?: Finding; agent: WecomAgent | null }

const OTHER_APP: ReadonlySet<number> = new Set([301002, 40056, 41011])
const WRONG_PAIR: ReadonlySet<number> = new Set([40001, 40013, 41002, 41004, 50003])
const OUT_OF_RANGE: ReadonlySet<number> = new Set([60011, 60021, 50002])
const UNKNOWN_MEMBER: ReadonlySet<number> = new Set([60111, 40003])

const SECRET_OK = ok('企业 ID、AgentId 和 Secret 可以换取访问凭证。')
const IP_OK = ok('企业微信接受本服务器的请求。')

/** @param within bounds a call in time */
export async function checkApp(client: WecomClient, corp: Corp, within: <T>(call: Promise<T>) => Promise<T>): Promise<AppFindings> {
  try {
    const agent = await within(getAgent(client))
    return { secret: SECRET_OK, trusted_ip: IP_OK, visible_range: rangeOf(agent) ?? (await administrators(client, corp, within)) ?? ok(`应用「${agent.name}」可以看到${rangeText(agent)}。`), agent }
  } catch (error) {
    return { ...refusalOf(error), agent: null }
  }
}

function refusalOf(error: unknown): Omit<AppFindings, 'agent'> {
  const errcode = error instanceof WecomError && error.reason === 'errcode' ? error.errcode : null
  // Without an answer, or with a refused secret, nothing more is known.
  if (errcode === null || WRONG_PAIR.has(errcode) || (error instanceof WecomError && error.api === '/cgi-bin/gettoken' && errcode !== 60020)) return { secret: secretRefused(error, errcode) }
  if (errcode === 60020) return { secret: SECRET_OK, trusted_ip: untrusted(error) }
  if (OTHER_APP.has(errcode)) {
    return { secret: SECRET_OK, trusted_ip: IP_OK, visible_range: failed('AgentId 与 Secret 不是同一个应用。', `${CONSOLE.app}，在同一个页面上复制 AgentId 和 Secret，填到「应用信息」里保存。`) }
  }
  return { secret: SECRET_OK, trusted_ip: IP_OK, visible_range: refused(error) }
}

function secretRefused(error: unknown, errcode: number | null): Finding {
  if (errcode === 40013 || errcode === 41002) return failed('企业 ID 不正确。', `${CONSOLE.corpInfo}，复制最下方的企业 ID，填到「应用信息」里保存。`)
  if (errcode === 40001) return failed('Secret 不正确，或者已被重置。', `${CONSOLE.app} → Secret → 查看，把它重新填到「应用信息」里保存。`, '确认企业 ID、AgentId 和 Secret 来自同一家企业的同一个应用。')
  if (errcode === 50003) return failed('应用已被停用。', `${CONSOLE.app}，启用应用。`)
  return refused(error)
}

function untrusted(error: unknown): Finding {
  const ip = error instanceof WecomError ? callerIpOf(error.errmsg) : null
  return failed(
    ip ? `本服务器的出口 IP ${ip} 不在应用的「企业可信IP」中，企业微信拒绝了请求。` : '本服务器的出口 IP 不在应用的「企业可信IP」中，企业微信拒绝了请求。',
    `${CONSOLE.trustedIp}，添加 ${ip ?? '本服务器的出口 IP'}，保存。`,
    '如果页面要求先设置接收消息服务器，请先完成下面的「事件回调」，再回来添加。',
    '约 1 分钟后生效，再点「重新检查」。',
  )
}

function rangeOf(agent: WecomAgent): Finding | null {
  if (agent.close === 1) return failed(`应用「${agent.name}」已被停用。`, `${CONSOLE.app}，启用应用。`)
  if (agent.allow_userinfos.length + agent.allow_partys.length + agent.allow_tags.length > 0) return null
  return failed('应用的可见范围是空的，读不到任何成员。', `${CONSOLE.visibleRange}，加入要使用知客的部门或成员（通常选整个公司）。`)
}

function rangeText(agent: WecomAgent): string {
  const parts = [[agent.allow_partys.length, '个部门'], [agent.allow_userinfos.length, '位成员'], [agent.allow_tags.length, '个成员标签']] as const
  return parts.filter(([count]) => count > 0).map(([count, name]) => ` ${count} ${name}`).join('、')
}

/** Administrators outside of the visible range could not sign in. */
async function administrators(client: WecomClient, corp: Corp, within: <T>(call: Promise<T>) => Promise<T>): Promise<Finding | null> {
  const problems = await Promise.all(corp.adminUserids.slice(0, 5).map(async (userid) => {
    try {
      await within(getMember(client, userid))
      return null
    } catch (error) {
      const errcode = error instanceof WecomError && error.reason === 'errcode' ? error.errcode : 0
      if (UNKNOWN_MEMBER.has(errcode)) return failed(`管理员账号「${userid}」在企业里不存在。`, '企业微信管理后台 → 通讯录，打开管理员的详情，复制「账号」，填到「应用信息 → 管理员账号」里保存。')
      if (OUT_OF_RANGE.has(errcode)) return failed(`管理员「${userid}」不在应用的可见范围内，会无法登录。`, `${CONSOLE.visibleRange}，把「${userid}」或所在部门加进去。`)
      return refused(error)
    }
  }))
  return problems.find((problem) => problem !== null) ?? null
}
